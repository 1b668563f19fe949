/** Text from a profile inside other people's formats: nothing in a name may become syntax. */

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what must go.
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g;

/** Text for a comment: one line whatever is in it. */
export const oneLine = (text: string): string => text.replace(CONTROL, ' ').trim();

/** `# …` lines, wrapped at words so that a terminal shows them whole. */
export function comment(text: string, indent = ''): string {
  const lines: string[] = [];
  let line = '';
  for (const word of oneLine(text).split(' ')) {
    if (line && indent.length + line.length + word.length > 100) {
      lines.push(line);
      line = '';
    }
    line += line ? ` ${word}` : word;
  }
  return [...lines, line].map((one) => `${indent}# ${one}`).join('\n');
}

/**
 * What a reader may refuse or take for a line break, though JSON and YAML 1.2 let it stand: control characters, the breaks of
 * YAML 1.1 (U+0085, U+2028, U+2029), byte order marks, and what is no character at all.
 */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what must go.
const UNPRINTABLE = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]|\p{Surrogate}/u;
const EVERY_UNPRINTABLE = new RegExp(UNPRINTABLE, 'gu');

export const isUnprintable = (text: string): boolean => UNPRINTABLE.test(text);

/** JSON's escapes, which YAML's double quotes share, for all that is not printable; line feeds stay. */
export const escapeUnprintable = (text: string): string =>
  text.replace(EVERY_UNPRINTABLE, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);

/** A word of a systemd command line: variables ($) lose their meaning too. */
export const systemdWord = (word: string): string => systemdValue(word.replaceAll('$', '$$$$'));

/** A word of any other systemd setting: quotes and specifiers (%) lose their meaning. */
export function systemdValue(word: string): string {
  const plain = word.replaceAll('%', '%%');
  return /^[\w@%+=:,./-]+$/.test(plain) ? plain : `"${plain.replace(/[\\"]/g, '\\$&').replace(CONTROL, ' ')}"`;
}

/** A name that DNS, systemd and Docker accept: lower-case letters, digits and dashes. */
export function serviceName(text: string): string {
  const slug = text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 40)
    .replace(/-+$/, '');
  return slug.startsWith('r1-tune') ? slug : `r1-tune${slug && `-${slug}`}`;
}
