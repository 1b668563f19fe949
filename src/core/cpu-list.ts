import { R1Error } from './errors.js';

/** `0-3,8,10-14:2/4` as the kernel writes it: single ids, ranges, and ranges of which `used` of every `group` count. */
const PART = /^(\d+)(?:-(\d+)(?::(\d+)\/(\d+))?)?$/;

/**
 * A kernel cpulist → ids in ascending order, each once. Empty text is the empty set, and so is `(null)`, which some
 * kernels print for an unset mask. Returns undefined for text that is not a cpulist.
 */
export function tryParseCpuList(text: string): number[] | undefined {
  const ids = new Set<number>();
  if (text.trim() === '' || text.trim() === '(null)') return [];
  for (const part of text.trim().split(',')) {
    const match = PART.exec(part.trim());
    if (!match) return undefined;
    const first = Number(match[1]);
    const last = Number(match[2] ?? first);
    const used = Number(match[3] ?? 1);
    const group = Number(match[4] ?? 1);
    if (last < first || group < 1 || last - first > 1_000_000) return undefined;
    for (let id = first; id <= last; id++) if ((id - first) % group < used) ids.add(id);
  }
  return [...ids].sort((a, b) => a - b);
}

/** As `tryParseCpuList`, for text a user typed. Throws `USAGE`. */
export function parseCpuList(text: string): number[] {
  const ids = tryParseCpuList(text);
  if (!ids) throw new R1Error('USAGE', `"${text}" is not a CPU list; expected for example 0-3,8 or 0,2,4.`);
  return ids;
}

/** Ids in any order → the shortest cpulist: `0-3,8`. The empty set is the empty text. */
export function formatCpuList(ids: Iterable<number>): string {
  const sorted = [...new Set(ids)].sort((a, b) => a - b);
  const parts: string[] = [];
  for (let i = 0; i < sorted.length; ) {
    let j = i;
    while (sorted[j + 1] === sorted[j]! + 1) j++;
    parts.push(j === i ? `${sorted[i]}` : `${sorted[i]}-${sorted[j]}`);
    i = j + 1;
  }
  return parts.join(',');
}

/** A kernel cpumap (`00000000,0000ffff`: 32-bit words in hexadecimal, the highest first) → ids, or undefined. */
export function tryParseCpuMap(text: string): number[] | undefined {
  const words = text.trim().split(',').reverse();
  const ids: number[] = [];
  for (const [index, word] of words.entries()) {
    if (!/^[0-9a-f]{1,16}$/i.test(word.trim())) return undefined;
    let bits = BigInt(`0x${word.trim()}`);
    for (let bit = 0; bits > 0n; bit++, bits >>= 1n) if (bits & 1n) ids.push(index * 32 + bit);
  }
  return ids;
}
