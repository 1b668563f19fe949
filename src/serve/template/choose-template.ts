import type { ModelFile } from '../../core/model.js';
import type { ChatTemplate } from './chat-template.js';
import { DEEPSEEK_R1 } from './deepseek-r1.js';
import { CHATML, LLAMA_3, PLAIN } from './families.js';

/** Text that only the templates of one family hold. */
const SIGNS: [string, ChatTemplate][] = [
  ['<｜Assistant｜>', DEEPSEEK_R1],
  ['<|im_start|>', CHATML],
  ['<|start_header_id|>', LLAMA_3],
];

/**
 * The template for a model. Known families are written here instead of running the file's own Jinja program: a client's
 * text can then never become a special token. `source` is `tokenizer.chat_template` of the file, or null.
 */
export function chooseTemplate(model: Pick<ModelFile, 'geometryId'>, source: string | null): ChatTemplate {
  if (model.geometryId?.startsWith('deepseek-r1')) return DEEPSEEK_R1;
  return SIGNS.find(([sign]) => source?.includes(sign))?.[1] ?? PLAIN;
}
