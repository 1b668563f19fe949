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

/** A double-quoted YAML scalar: JSON's escapes are YAML's, and the rest of the unprintable is escaped too. */
export const yamlText = (text: string): string =>
  JSON.stringify(text).replace(CONTROL, (run) =>
    [...run].map((character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`).join(''),
  );

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
