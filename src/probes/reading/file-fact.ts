import { tryParseCpuList } from '../../core/cpu-list.js';
import { type Fact, known, unknown } from '../../core/fact.js';
import type { Host } from '../../core/ports.js';

/** One file → one fact. A file that may not be read is "needs root", one that is missing or not understood "unknown". */
export function fileFact<T>(host: Host, path: string, parse: (text: string) => T | undefined): Fact<T> {
  const text = host.read(path);
  if (text === undefined) return unknown(path, host.unreadable(path) === 'denied' ? 'needs-root' : 'unknown');
  const value = parse(text);
  return value === undefined ? unknown(path, 'unknown', `not understood: ${text.slice(0, 60)}`) : known(value, path);
}

export const asText = (text: string): string | undefined => (text === '' ? undefined : text);
export const asWhole = (text: string): number | undefined => (/^-?\d+$/.test(text) ? Number(text) : undefined);
export const asFlag = (text: string): boolean | undefined => (text === '1' ? true : text === '0' ? false : undefined);
export const asCpuList = (text: string): number[] | undefined => tryParseCpuList(text);

/** `always [madvise] never` → `madvise`: the word the kernel has marked as chosen. */
export const asChosenWord = (text: string): string | undefined => /\[(\S+)\]/.exec(text)?.[1];

/** `MemTotal:  123 kB` lines, with or without a `Node 0` before them → bytes by name; numbers without a unit stay as they are. */
export function parseMeminfo(text: string): Map<string, number> {
  const values = new Map<string, number>();
  for (const line of text.split('\n')) {
    const match = /^(?:Node \d+ )?([\w()]+):\s+(\d+)(\s*kB)?/.exec(line.trim());
    if (match) values.set(match[1]!, Number(match[2]) * (match[3] ? 1024 : 1));
  }
  return values;
}
