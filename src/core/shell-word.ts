/** A word that every POSIX shell reads back as it is, quoted only where it must be. */
export function shellWord(word: string): string {
  if (/^[\w@%+=:,./-]+$/.test(word)) return word;
  // Double quotes read better round $ and ', but an interactive bash would expand a ! in them.
  if (/[$`']/.test(word) && !word.includes('!')) return `"${word.replace(/[$`"\\]/g, '\\$&')}"`;
  return `'${word.replaceAll("'", `'\\''`)}'`;
}
