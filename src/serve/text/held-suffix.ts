/**
 * Length of the longest suffix of `text` that is a proper prefix of one of the patterns: what must be held back,
 * because the next characters can complete a pattern. All in UTF-16 code units; patterns are well-formed.
 */
export function heldSuffixLength(text: string, patterns: readonly string[]): number {
  const longest = patterns.reduce((max, pattern) => Math.max(max, pattern.length - 1), 0);
  for (let length = Math.min(longest, text.length); length > 0; length--) {
    const suffix = text.slice(text.length - length);
    if (patterns.some((pattern) => pattern.length > length && pattern.startsWith(suffix))) return length;
  }
  return 0;
}
