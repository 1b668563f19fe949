import type { Session } from '../../core/engine.js';
import { isPlainByte } from './json-characters.js';

/** A vocabulary as a tree over bytes, depth first: what fits a grammar is found without a look at each token. */
export type TokenTrie = {
  readonly size: number;
  readonly byte: Uint8Array;
  readonly depth: Uint16Array;
  /** First node that is not below this one. */
  readonly skip: Int32Array;
  /** A token that ends here, or -1; others of the same bytes follow in `sameBytes` of the index. */
  readonly token: Int32Array;
};

export type TokenIndex = {
  readonly vocabulary: number;
  /** Tokens that are whole characters inside any string, and all others that have bytes. */
  readonly plain: TokenTrie;
  readonly other: TokenTrie;
  readonly sameBytes: Int32Array;
  /** Number of characters of plain tokens; 0 for others. */
  readonly characters: Uint16Array;
  readonly mostCharacters: number;
  readonly bytesOf: (token: number) => Uint8Array;
};

/** Tokens looked at before other work may run. */
const SLICE = 4000;
const indexes = new WeakMap<Session, Promise<TokenIndex>>();

/** Made once for a session, in slices of a few ms. */
export function tokenIndexOf(session: Session): Promise<TokenIndex> {
  const known = indexes.get(session) ?? makeIndex(session);
  indexes.set(session, known);
  return known;
}

const pause = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

async function makeIndex(session: Session): Promise<TokenIndex> {
  const { vocabulary } = session.describe();
  const bytesOf = (token: number) => session.tokenBytes(token, { special: false });
  const characters = new Uint16Array(vocabulary);
  const [plain, other] = [new Map<string, string[]>(), new Map<string, string[]>()];
  const byText = new Map<string, number[]>();
  let mostCharacters = 0;
  for (let token = 0; token < vocabulary; token++) {
    if (token % SLICE === SLICE - 1) await pause();
    const bytes = bytesOf(token);
    if (bytes.length === 0) continue;
    const count = plainCharacters(bytes);
    characters[token] = count;
    mostCharacters = Math.max(mostCharacters, count);
    const text = Buffer.from(bytes).toString('latin1');
    const same = byText.get(text);
    if (same) same.push(token);
    else {
      byText.set(text, [token]);
      const buckets = count > 0 ? plain : other;
      const start = text.slice(0, 2);
      const bucket = buckets.get(start);
      if (bucket) bucket.push(text);
      else buckets.set(start, [text]);
    }
  }
  const sameBytes = new Int32Array(vocabulary).fill(-1);
  for (const tokens of byText.values()) for (let i = 1; i < tokens.length; i++) sameBytes[tokens[i - 1]!] = tokens[i]!;
  const tokenOf = (text: string) => byText.get(text)![0]!;
  return {
    vocabulary,
    plain: await makeTrie(plain, tokenOf),
    other: await makeTrie(other, tokenOf),
    sameBytes,
    characters,
    mostCharacters,
    bytesOf,
  };
}

/** Characters of a token that is nothing but plain ones, in whole UTF-8; else 0. */
function plainCharacters(bytes: Uint8Array): number {
  let count = 0;
  for (const byte of bytes) {
    if (byte < 0x80 && !isPlainByte(byte)) return 0;
    if (byte < 0x80 || byte >= 0xc0) count++;
  }
  const isAscii = count === bytes.length && bytes.every((byte) => byte < 0x80);
  return isAscii || isWholeUtf8(bytes) ? count : 0;
}

const decoder = new TextDecoder('utf-8', { fatal: true });
function isWholeUtf8(bytes: Uint8Array): boolean {
  try {
    decoder.decode(bytes);
    return true;
  } catch {
    return false;
  }
}

/** From texts in buckets by their first two bytes, which are sorted one by one. */
async function makeTrie(buckets: ReadonlyMap<string, string[]>, tokenOf: (text: string) => number): Promise<TokenTrie> {
  const nodes = [...buckets.values()].reduce((sum, texts) => sum + texts.reduce((n, { length }) => n + length, 0), 0);
  const [byte, depth] = [new Uint8Array(nodes), new Uint16Array(nodes)];
  const [skip, token] = [new Int32Array(nodes), new Int32Array(nodes).fill(-1)];
  const path: number[] = [];
  let size = 0;
  let before = '';
  let sinceBreak = 0;
  const close = (to: number) => {
    while (path.length > to) skip[path.pop()!] = size;
  };
  for (const start of [...buckets.keys()].sort()) {
    const texts = buckets.get(start)!.sort();
    sinceBreak += texts.length;
    if (sinceBreak > SLICE) {
      sinceBreak = 0;
      await pause();
    }
    for (const text of texts) {
      let common = 0;
      while (common < before.length && common < text.length && before[common] === text[common]) common++;
      close(common);
      for (let at = common; at < text.length; at++) {
        byte[size] = text.charCodeAt(at);
        depth[size] = at;
        path.push(size++);
      }
      token[path.at(-1)!] = tokenOf(text);
      before = text;
    }
  }
  close(0);
  return {
    size,
    byte: byte.slice(0, size),
    depth: depth.slice(0, size),
    skip: skip.slice(0, size),
    token: token.slice(0, size),
  };
}
