import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { drawMachine } from '../../../../src/cli/probe-page/drawing.js';
import { openStyle } from '../../../../src/cli/probe-page/style.js';
import type { Picture } from '../../../../src/cli/probe-page/tree.js';
import { parseCpuList } from '../../../../src/core/cpu-list.js';
import type { CpuEntry, NumaNode } from '../../../../src/core/machine.js';

const GIB = 1024 ** 3;
type Shape = { packages: number; nodes: number; caches: number; cores: number; threads: number; allowed: number[] };

/** A machine whose caches lie in nodes (`caches` a node) or span them (`caches` < 1), nodes in packages or across them. */
function picture({ packages, nodes, caches, cores, threads, allowed }: Shape): Picture {
  const total = cores * threads;
  const divide = (core: number, parts: number) => Math.floor((core * parts) / cores);
  const cpus = Array.from({ length: total }, (_, id): CpuEntry => {
    const core = id % cores;
    return {
      ...{ id, core, package: divide(core, packages), die: null, node: divide(core, nodes), kind: 'performance' },
      ...{ llc: divide(core, caches), isAllowed: allowed.length === 0 || allowed.some((a) => a % total === id) },
    };
  });
  const members = (key: 'node' | 'llc', value: number) => cpus.filter((cpu) => cpu[key] === value).map((cpu) => cpu.id);
  const node = (id: number): NumaNode => ({
    ...{ id, kind: 'cpu-and-memory', cpus: members('node', id), memoryBytes: 64 * GIB, freeBytes: 32 * GIB },
    ...{ distances: [], isMemoryAllowed: true, hugePagesFree: null, memorySideCacheBytes: null },
  });
  const distinct = (key: 'node' | 'llc' | 'package' | 'core') => new Set(cpus.map((cpu) => cpu[key])).size;
  const mine = cpus.filter((cpu) => cpu.isAllowed);
  const nodeIds = [...new Set(cpus.map((cpu) => cpu.node!))];
  return {
    topology: {
      cpus,
      machine: {
        ...{ cpus: total, cores, packages: distinct('package'), dies: null },
        ...{ nodes: distinct('node'), llcDomains: distinct('llc') },
      },
      allowed: {
        ...{ cpus: mine.map((cpu) => cpu.id), cores, pCores: cores, packages, nodes: nodeIds, memoryNodes: nodeIds },
        ...{ llcDomains: 1, source: '' },
      },
      ...{ kinds: [], kindsSource: '', threadsPerCore: threads, isHidden: false, notes: [] },
    },
    caches: {
      levels: [],
      llc: {
        ...{ level: 3, allowedBytes: null, source: '' },
        domains: [...new Set(cpus.map((cpu) => cpu.llc!))].map((id) => ({
          ...{ id, sizeBytes: 32 * 1024 ** 2, cpus: members('llc', id) },
        })),
      },
    },
    numa: { nodes: nodeIds.map(node), source: '', notes: [] },
  };
}

const draw = (machine: Picture): string[] => drawMachine(machine, openStyle(false));

type Row = { cpus: number[]; packages: number[] | null; nodes: number[] | null };

/** Reads a drawing back: the CPUs of each row, allowed ones where only a part is, and the titles above it. */
function rowsOf(lines: string[], isNumbered: boolean): Row[] {
  const titles: { depth: number; text: string }[] = [];
  const rows: Row[] = [];
  for (const line of lines.slice(0, -1)) {
    const depth = line.length - line.trimStart().length;
    const list = isNumbered ? numbersIn(line) : listIn(line);
    const isContinued = !isNumbered && /^ +[\d,-]+(?: of [\d,-]+)?$/.test(line);
    if (isContinued) {
      rows.at(-1)!.cpus.push(
        ...parseCpuList(
          line
            .trim()
            .split(/,? ?of/)[0]!
            .replace(/,$/, ''),
        ),
      );
      continue;
    }
    while (titles.length > 0 && titles.at(-1)!.depth >= depth) titles.pop();
    titles.push({ depth, text: line });
    if (list === undefined) continue;
    const above = (name: string) => {
      const found = titles.map(({ text }) => new RegExp(`\\b${name}s? ([\\d,-]+)`).exec(text)?.[1]).find(Boolean);
      return found === undefined ? null : parseCpuList(found);
    };
    rows.push({ cpus: list, packages: above('package'), nodes: above('node') });
  }
  return rows;
}

const numbersIn = (line: string): number[] | undefined => {
  const cores = [...line.matchAll(/[[(]([\d· ]+)[\])]/g)];
  return cores.length === 0 ? undefined : cores.flatMap(([, text]) => text!.match(/\d+/g)?.map(Number) ?? []);
};
const listIn = (line: string): number[] | undefined => {
  const text = /[█▄·](?: × \d+)?(?: each)? {2}([\d,-]+)/.exec(line)?.[1];
  return text === undefined ? undefined : parseCpuList(text.replace(/,$/, ''));
};

const shapes = fc.record({
  packages: fc.integer({ min: 1, max: 8 }),
  nodes: fc.integer({ min: 1, max: 16 }),
  caches: fc.integer({ min: 1, max: 40 }),
  cores: fc.integer({ min: 1, max: 96 }),
  threads: fc.integer({ min: 1, max: 2 }),
  allowed: fc.array(fc.nat(191), { maxLength: 24 }),
});

describe('the drawing of any machine', () => {
  it('shows every allowed CPU once, under its package and its node, and loses no title', () => {
    fc.assert(
      fc.property(shapes, (shape) => {
        const machine = picture(shape);
        const { cpus } = machine.topology;
        const lines = draw(machine);
        const rows = rowsOf(lines, cpus.length <= 40);
        const allowed = new Map(cpus.filter((cpu) => cpu.isAllowed).map((cpu) => [cpu.id, cpu]));
        const shown = rows.flatMap((row) => row.cpus.filter((id) => allowed.has(id)));
        expect(shown.sort((a, b) => a - b)).toEqual([...allowed.keys()]);
        for (const row of rows)
          for (const id of row.cpus.filter((cpu) => allowed.has(cpu))) {
            expect(row.packages).toContain(allowed.get(id)!.package);
            expect(row.nodes).toContain(allowed.get(id)!.node);
          }
        const titled = (name: string) =>
          lines.flatMap((line) =>
            [...line.matchAll(new RegExp(`\\b${name}s? ([\\d,-]+)`, 'g'))].flatMap((m) => parseCpuList(m[1]!)),
          );
        expect(new Set(titled('package'))).toEqual(new Set(cpus.map((cpu) => cpu.package)));
        expect(new Set(titled('node'))).toEqual(new Set(cpus.map((cpu) => cpu.node)));
      }),
      { numRuns: 150 },
    );
  });

  it('fits a screen with 1,280 CPUs, and with a pod on a few of them', () => {
    const large = { packages: 16, nodes: 32, caches: 64, cores: 640, threads: 2 };
    for (const allowed of [[], [100, 101, 102, 740, 741, 742]]) {
      const lines = draw(picture({ ...large, allowed }));
      expect(lines.length).toBeLessThanOrEqual(40);
      expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(140);
    }
  });

  it('draws a cache that spans nodes once, above them', () => {
    const lines = draw(picture({ packages: 1, nodes: 4, caches: 1, cores: 16, threads: 1, allowed: [] }));
    expect(lines.filter((line) => line.includes('L3'))).toHaveLength(1);
    expect(lines.filter((line) => line.includes('node'))).toHaveLength(4);
  });

  it('draws a node across two packages once', () => {
    const lines = draw(picture({ packages: 2, nodes: 1, caches: 2, cores: 8, threads: 1, allowed: [] }));
    expect(lines.filter((line) => /\bnode 0\b/.test(line))).toHaveLength(1);
  });
});
