import type { Segment } from '../protocol.js';
import { THINK_CLOSE, THINK_OPEN } from '../text/think-splitter.js';
import { type ChatMessage, type ChatTemplate, marker, written } from './chat-template.js';

const USER = '<｜User｜>';
const ASSISTANT = '<｜Assistant｜>';
const END = '<｜end▁of▁sentence｜>';

/** An earlier answer is shown to the model without its reasoning, as DeepSeek's template has it. */
const withoutReasoning = (answer: string): string => answer.split(THINK_CLOSE).at(-1)!;

function turn({ role, content }: ChatMessage): Segment[] {
  if (role === 'user') return [marker(USER), written(content)];
  if (role === 'assistant') return [marker(ASSISTANT), written(withoutReasoning(content)), marker(END)];
  return [written(content)];
}

/**
 * The template of DeepSeek-R1 and its distillations (chat_template in their tokenizer_config.json): the system text
 * stands first without a marker, and the answer is opened with <think>, as the model card advises.
 */
export const DEEPSEEK_R1: ChatTemplate = {
  name: 'deepseek-r1',
  reasoning: (thinks) => (thinks ? 'open' : 'off'),
  render(messages, thinks) {
    const system = messages.filter(({ role }) => role === 'system');
    const turns = messages.filter(({ role }) => role !== 'system');
    const opening = thinks ? `${THINK_OPEN}\n` : `${THINK_OPEN}\n\n${THINK_CLOSE}\n\n`;
    return [...[...system, ...turns].flatMap(turn), marker(`${ASSISTANT}${opening}`)];
  },
};
