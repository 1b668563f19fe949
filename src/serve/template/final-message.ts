import { Refusal } from '../refusal.js';

/**
 * The prompt up to where the text of the last message ends, as transformers' `continue_final_message` has it
 * (utils/chat_template_utils.py): blanks at the end stay when the template kept them.
 */
export function cutAfterFinal(rendered: string, content: string): string {
  const bare = content.trim();
  const at = rendered.lastIndexOf(bare);
  if (at < 0 || bare === '')
    throw new Refusal('invalid', 'messages: the chat template changes the last message, so it cannot be continued.', {
      param: 'messages',
    });
  const kept = content.trimStart();
  return rendered.slice(0, at + (rendered.startsWith(kept, at) ? kept.length : bare.length));
}
