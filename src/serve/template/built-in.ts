import type { TemplateSource } from './model-template.js';

/** Templates of our own for `--chat-template NAME`, and for twins whose borrowed vocabulary brings none. */
const SOURCES = {
  'deepseek-r1':
    "{{ bos_token }}{% for m in messages if m.role == 'system' %}{{ m.content }}{% endfor %}" +
    "{% for m in messages if m.role != 'system' %}" +
    "{% if m.role == 'user' %}<｜User｜>{{ m.content }}" +
    "{% elif m.role == 'assistant' %}<｜Assistant｜>{{ m.content.split('</think>')[-1] }}<｜end▁of▁sentence｜>" +
    "{% else %}{{ raise_exception('messages of the role ' + m.role + ' are not known') }}{% endif %}{% endfor %}" +
    '{% if add_generation_prompt %}<｜Assistant｜><think>\n{% endif %}',
  chatml:
    '{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}' +
    '{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}',
  'llama-3':
    '{{ bos_token }}{% for m in messages %}<|start_header_id|>{{ m.role }}<|end_header_id|>\n\n' +
    '{{ m.content | trim }}<|eot_id|>{% endfor %}' +
    '{% if add_generation_prompt %}<|start_header_id|>assistant<|end_header_id|>\n\n{% endif %}',
  /** The messages as they are, and the model goes on. */
  plain: "{% for m in messages %}{{ m.content }}{% if not loop.last %}{{ '\\n' }}{% endif %}{% endfor %}",
} as const;

export type BuiltInName = keyof typeof SOURCES;
export const BUILT_IN_NAMES = Object.keys(SOURCES) as BuiltInName[];

/** Turn markers of each, which are special in a vocabulary that has them. */
const MARKS: Record<BuiltInName, readonly string[]> = {
  'deepseek-r1': ['<｜User｜>', '<｜Assistant｜>', '<｜end▁of▁sentence｜>', '<｜begin▁of▁sentence｜>'],
  chatml: ['<|im_start|>', '<|im_end|>'],
  'llama-3': ['<|start_header_id|>', '<|end_header_id|>', '<|eot_id|>', '<|begin_of_text|>'],
  plain: [],
};

export const builtInTemplate = (name: BuiltInName): TemplateSource => ({
  name,
  source: SOURCES[name],
  marks: MARKS[name],
});
export const isBuiltIn = (name: string): name is BuiltInName => Object.hasOwn(SOURCES, name);
