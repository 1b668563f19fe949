/** Number of leading elements that two token lists share. */
export function commonPrefix(a: readonly number[], b: readonly number[]): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) if (a[i] !== b[i]) return i;
  return length;
}

const KNOWN_TOKENS = 16;
const KNOWN_SHARE = 0.1;

/**
 * Whether a prompt whose first `common` tokens lie in a KV cache should go where they are. A shorter beginning is that of the
 * chat template, not of a conversation: the prefill it saves is worth less than a free place, and than what another
 * conversation would lose.
 */
export const isKnown = (common: number, promptTokens: number): boolean =>
  common >= Math.max(KNOWN_TOKENS, KNOWN_SHARE * promptTokens);
