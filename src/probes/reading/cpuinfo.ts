import type { Host } from '../../core/ports.js';

/** One `processor` block of /proc/cpuinfo: the kernel's field names and their values. */
export type CpuinfoBlock = { cpu: number | null; fields: Map<string, string> };

/** /proc/cpuinfo as blocks. A block without a processor number (old ARM, PowerPC tails) describes the whole machine. */
export function readCpuinfo(host: Host): CpuinfoBlock[] {
  const text = host.read('/proc/cpuinfo');
  if (text === undefined) return [];
  return text
    .split(/\n\s*\n/)
    .map(parseBlock)
    .filter((block) => block.fields.size > 0);
}

function parseBlock(text: string): CpuinfoBlock {
  const fields = new Map<string, string>();
  for (const line of text.split('\n')) {
    const colon = line.indexOf(':');
    if (colon > 0) fields.set(line.slice(0, colon).trim(), line.slice(colon + 1).trim());
  }
  const id = fields.get('processor');
  return { cpu: id !== undefined && /^\d+$/.test(id) ? Number(id) : null, fields };
}

/** The first value any block has under one of the names, the earlier name first. */
export function cpuinfoField(blocks: CpuinfoBlock[], ...names: string[]): string | undefined {
  for (const name of names) {
    const found = blocks.find((block) => block.fields.get(name));
    if (found) return found.fields.get(name);
  }
  return undefined;
}

/** Blocks of the given CPUs; all blocks when the numbers do not match (a container may show renumbered ones). */
export function blocksOf(blocks: CpuinfoBlock[], cpus: number[]): CpuinfoBlock[] {
  const wanted = new Set(cpus);
  const own = blocks.filter((block) => block.cpu !== null && wanted.has(block.cpu));
  return own.length === wanted.size ? own : blocks;
}

/** Words that every block with such a field has, sorted; undefined when no block has one. */
export function commonWords(blocks: CpuinfoBlock[], ...names: string[]): string[] | undefined {
  const texts = new Set(blocks.flatMap((block) => names.flatMap((name) => block.fields.get(name) ?? [])));
  if (texts.size === 0) return undefined;
  const [first, ...rest] = [...texts].map((text) => new Set(text.split(/\s+/).filter((word) => word !== '')));
  return [...first!].filter((word) => rest.every((words) => words.has(word))).sort();
}
