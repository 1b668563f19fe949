// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what must go.
const UNSEEN = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/** Shows what would not be seen: a character that turns the direction of text could turn a number in a sentence round. */
export const visible = (text: string): string => text.replace(UNSEEN, '\ufffd');

/** A name from a run, short enough for a sentence, a legend or a table row. The whole of it is in run.json. */
export function shortName(name: string, most = 48): string {
  const characters = [...visible(name).replace(/\s+/g, ' ')];
  return characters.length <= most ? characters.join('') : `${characters.slice(0, most - 1).join('')}…`;
}
