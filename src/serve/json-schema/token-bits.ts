import type { Automaton, State } from './automaton.js';
import type { TokenIndex, TokenTrie } from './token-index.js';

/** A set of tokens: token t is bit t % 32 of word t / 32. */
export type TokenBits = Uint32Array;

export const addToken = (bits: TokenBits, token: number): void => {
  bits[token >>> 5]! |= 1 << (token & 31);
};
export const hasToken = (bits: TokenBits, token: number): boolean => (bits[token >>> 5]! & (1 << (token & 31))) !== 0;
export const noTokens = (vocabulary: number): TokenBits => new Uint32Array((vocabulary + 31) >>> 5);

/** The tokens that can follow a state of a grammar. The end of the text is not among them. */
export function tokensAfter(automaton: Automaton, state: State, index: TokenIndex): TokenBits {
  let room = 0;
  for (const [node] of state.items) if (node.kind === 'text') room = Math.max(room, node.max);
  const bits = room > 0 ? shortTokens(index, room).slice() : noTokens(index.vocabulary);
  const others = room > 0 ? automaton.withoutText(state) : state;
  if (others) walk(automaton, others, index.plain, index.sameBytes, bits);
  walk(automaton, state, index.other, index.sameBytes, bits);
  return bits;
}

/** Adds the tokens of the tree whose bytes can follow; what begins wrongly is left out as a whole. */
function walk(automaton: Automaton, from: State, trie: TokenTrie, sameBytes: Int32Array, bits: TokenBits): void {
  const { size, byte, depth, skip, token } = trie;
  const path: State[] = [from];
  for (let node = 0; node < size; ) {
    const level = depth[node]!;
    const after = automaton.advance(path[level]!, byte[node]!);
    if (!after) {
      node = skip[node]!;
      continue;
    }
    path[level + 1] = after;
    for (let id = token[node]!; id >= 0; id = sameBytes[id]!) addToken(bits, id);
    node++;
  }
}

const known = new WeakMap<TokenIndex, Map<number, TokenBits>>();

/** Plain tokens of at most so many characters. */
function shortTokens(index: TokenIndex, most: number): TokenBits {
  const sets = known.get(index) ?? new Map<number, TokenBits>();
  known.set(index, sets);
  const length = Math.min(most, index.mostCharacters);
  const found = sets.get(length);
  if (found) return found;
  const bits = noTokens(index.vocabulary);
  index.characters.forEach((count, token) => {
    if (count > 0 && count <= length) addToken(bits, token);
  });
  sets.set(length, bits);
  return bits;
}
