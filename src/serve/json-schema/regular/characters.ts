/** Sets of code points as sorted ranges that do not touch, both ends included. */
export type CharacterSet = readonly (readonly [low: number, high: number])[];

export const LAST_CODE_POINT = 0x10ffff;
export const EVERY: CharacterSet = [[0, LAST_CODE_POINT]];

export function union(...sets: readonly CharacterSet[]): CharacterSet {
  const all = sets.flat().sort((a, b) => a[0] - b[0]);
  const joined: [number, number][] = [];
  for (const [low, high] of all) {
    const last = joined.at(-1);
    if (last && low <= last[1] + 1) last[1] = Math.max(last[1], high);
    else joined.push([low, high]);
  }
  return joined;
}

export function complement(set: CharacterSet): CharacterSet {
  const rest: [number, number][] = [];
  let from = 0;
  for (const [low, high] of set) {
    if (low > from) rest.push([from, low - 1]);
    from = high + 1;
  }
  if (from <= LAST_CODE_POINT) rest.push([from, LAST_CODE_POINT]);
  return rest;
}

export const characters = (text: string): CharacterSet =>
  union([...text].map((c) => [c.codePointAt(0)!, c.codePointAt(0)!] as const));

const of = (...ends: [string, string][]): CharacterSet =>
  union(ends.map(([low, high]) => [low.codePointAt(0)!, high.codePointAt(0)!] as const));

export const DIGITS = of(['0', '9']);
export const WORD = of(['0', '9'], ['A', 'Z'], ['_', '_'], ['a', 'z']);
/** White space and line ends of ECMAScript. */
export const SPACE = union(of(['\t', '\r'], [' ', ' '], ['\u00a0', '\u00a0'], ['\u1680', '\u1680']), [
  [0x2000, 0x200a],
  [0x2028, 0x2029],
  [0x202f, 0x202f],
  [0x205f, 0x205f],
  [0x3000, 0x3000],
  [0xfeff, 0xfeff],
]);
/** What the dot stands for. */
export const NO_LINE_END = complement(characters('\n\r\u2028\u2029'));
