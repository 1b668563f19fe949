/** A word that every POSIX shell reads back as it is, quoted only where it must be. */
export function shellWord(word: string): string {
  if (/^[\w@%+=:,./-]+$/.test(word)) return word;
  // Double quotes read better round $ and ', but an interactive bash would expand a ! in them.
  if (/[$`']/.test(word) && !word.includes('!')) return `"${word.replace(/[$`"\\]/g, '\\$&')}"`;
  return `'${word.replaceAll("'", `'\\''`)}'`;
}

/** Words of a text as a shell would split it, quotes taken off; nothing is expanded. */
export const splitWords = (text: string): string[] =>
  [...text.matchAll(/(?:[^\s"']+|"[^"]*"|'[^']*')+/g)].map(([word]) => word.replace(/"([^"]*)"|'([^']*)'/g, '$1$2'));
