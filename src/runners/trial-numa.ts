import type { Candidate } from '../core/candidate.js';
import { parseCpuList } from '../core/cpu-list.js';
import { readText } from './process-usage.js';

/** Resident bytes by NUMA node, from the text of /proc/PID/numa_maps (numa(7)): `N0=12 … kernelpagesize_kB=4` on each line. */
export function parseNumaMaps(text: string): Record<string, number> {
  const bytes: Record<string, number> = {};
  for (const line of text.split('\n')) {
    const pageBytes = Number(/kernelpagesize_kB=(\d+)/.exec(line)?.[1] ?? 0) * 1024;
    for (const [, node, pages] of line.matchAll(/ N(\d+)=(\d+)/g))
      bytes[node!] = (bytes[node!] ?? 0) + Number(pages) * pageBytes;
  }
  return bytes;
}

/** Where this process's memory lies; null where the kernel does not say. Walks all page tables: never in a measured region. */
export function ownNodeBytes(): Record<string, number> | null {
  const text = readText('/proc/self/numa_maps');
  return text === null ? null : parseNumaMaps(text);
}

/** Libraries and the binary lie where they were first read: this share of the memory may be elsewhere. */
const STRAY_SHARE = 0.1;

/**
 * Whether the memory lies where the binding asked for it. A mapped model file stays on the nodes of whoever read it first,
 * whatever the policy of this process, so that the policy alone proves nothing.
 */
export function isPlacedAsAsked({ memory }: Candidate['binding'], nodeBytes: Record<string, number> | null): boolean {
  if (memory === null) return true;
  if (nodeBytes === null) return false;
  const total = Object.values(nodeBytes).reduce((a, b) => a + b, 0);
  const wanted = memory.nodes === null ? null : parseCpuList(memory.nodes);
  // "local" names no node: nothing to hold it against.
  if (wanted === null || total === 0) return false;
  const on = wanted.map((node) => (nodeBytes[node] ?? 0) / total);
  if (memory.policy === 'interleave') return on.every((share) => Math.abs(share - 1 / wanted.length) <= STRAY_SHARE);
  return on.reduce((a, b) => a + b, 0) >= 1 - STRAY_SHARE;
}
