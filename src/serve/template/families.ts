import { type ChatTemplate, marker, written } from './chat-template.js';

/** `<|im_start|>role … <|im_end|>`: Qwen and many others. */
export const CHATML: ChatTemplate = {
  name: 'chatml',
  reasoning: () => 'auto',
  render: (messages) => [
    ...messages.flatMap(({ role, content }) => [
      marker(`<|im_start|>${role}\n`),
      written(content),
      marker('<|im_end|>\n'),
    ]),
    marker('<|im_start|>assistant\n'),
  ],
};

/** Llama 3 and its fine-tunes. */
export const LLAMA_3: ChatTemplate = {
  name: 'llama-3',
  reasoning: () => 'auto',
  render: (messages) => [
    ...messages.flatMap(({ role, content }) => [
      marker(`<|start_header_id|>${role}<|end_header_id|>\n\n`),
      written(content.trim()),
      marker('<|eot_id|>'),
    ]),
    marker('<|start_header_id|>assistant<|end_header_id|>\n\n'),
  ],
};

/** For models without a template: the messages as they are, and the model goes on. */
export const PLAIN: ChatTemplate = {
  name: 'plain',
  reasoning: () => 'off',
  render: (messages) => [written(messages.map(({ content }) => content).join('\n'))],
};
