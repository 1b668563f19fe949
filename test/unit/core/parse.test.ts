import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatCpuList } from '../../../src/core/cpu-list.js';
import type { BindingArm } from '../../../src/core/machine.js';
import {
  orAuto,
  parseBinding,
  parseCounts,
  parseNames,
  parseSwitches,
  splitBindings,
} from '../../../src/core/parse.js';

const usage = (message: string | RegExp) =>
  expect.objectContaining({ code: 'USAGE', message: expect.stringMatching(message) });

describe('parseCounts', () => {
  it.each([
    ['4', [4]],
    ['1,2,4-7', [1, 2, 4, 5, 6, 7]],
    [' 8 , 2 ', [8, 2]],
    ['2-4,3-5', [2, 3, 4, 5]],
    [
      ['1', '2,3'],
      [1, 2, 3],
    ],
    ['4096', [4096]],
  ])('reads %j', (text, counts) => expect(parseCounts('threads', text)).toEqual(counts));

  it.each(['0', '-1', '1.5', 'x', '4-2', '1-', '0-3', '4097', '1-99999999', '1e3', '٣'])('refuses "%s"', (text) =>
    expect(() => parseCounts('threads', text)).toThrow(usage(`--threads: "${text}" is not valid; expected whole`)),
  );

  it.each(['', ',', []])('refuses the empty list %j', (value) =>
    expect(() => parseCounts('batch', value)).toThrow(usage(/--batch: .*at least one number/)),
  );

  it('names the wrong part, not the whole list', () =>
    expect(() => parseCounts('threads', '1,2,two')).toThrow(usage('--threads: "two"')));

  it('reads any list of numbers and ranges, each number once, in order', () => {
    const range = fc.tuple(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 0, max: 9 }));
    fc.assert(
      fc.property(fc.array(range, { minLength: 1 }), (ranges) => {
        const text = ranges.map(([from, more]) => (more ? `${from}-${from + more}` : `${from}`)).join(',');
        const all = ranges.flatMap(([from, more]) => Array.from({ length: more + 1 }, (_, i) => from + i));
        expect(parseCounts('threads', text)).toEqual([...new Set(all)]);
      }),
    );
  });
});

describe('parseNames and parseSwitches', () => {
  const known = ['glibc', 'jemalloc'] as const;

  it('read lists of known names in any case', () => {
    expect(parseNames('allocator', 'JeMalloc, glibc', known)).toEqual(['jemalloc', 'glibc']);
    expect(parseSwitches('mmap', ['on,off', 'TRUE', 'false'])).toEqual([true, false, true, false]);
  });

  it('refuse others, with what there is', () => {
    expect(() => parseNames('allocator', 'hoard', known)).toThrow(
      usage('--allocator: "hoard" is not valid; expected one or more of glibc, jemalloc'),
    );
    expect(() => parseSwitches('mmap', 'yes')).toThrow(usage('--mmap: "yes"'));
  });

  it('refuse an empty list: it would silently leave nothing to try', () => {
    expect(() => parseNames('allocator', '', known)).toThrow(usage('--allocator: "" is not valid'));
    expect(() => parseSwitches('mmap', ',')).toThrow(usage('--mmap'));
  });
});

it('orAuto derives when nothing or "auto" is said', () => {
  const parse = (value: string | readonly string[]) => parseCounts('threads', value);
  expect(orAuto(undefined, parse)).toBe('auto');
  expect(orAuto('auto', parse)).toBe('auto');
  expect(orAuto(['auto'], parse)).toBe('auto');
  expect(orAuto(['2'], parse)).toEqual([2]);
  expect(() => orAuto(['auto,2'], parse)).toThrow(usage('"auto"'));
});

const arm = (name: string, changes: Partial<BindingArm> = {}): BindingArm => ({
  name,
  tool: 'taskset',
  cpus: '0-3',
  memory: null,
  cpuCount: 4,
  coreCount: 4,
  available: true,
  description: '',
  ...changes,
});
const ARMS = [
  arm('none', { tool: 'none', cpus: null, available: false, reason: 'x' }),
  arm('one-per-core'),
  arm('all-smt', { available: false, sameAs: 'none' }),
  arm('interleave', { available: false, reason: 'there is one memory node' }),
];
const parse = (text: string) => parseBinding(text, ARMS);

describe('splitBindings', () => {
  it('splits at commas, except inside a list of CPUs', () => {
    expect(splitBindings('none,taskset:0-1,4,one-l3')).toEqual(['none', 'taskset:0-1,4', 'one-l3']);
    expect(splitBindings(['none', 'taskset:0, numactl:localalloc'])).toEqual([
      'none',
      'taskset:0',
      'numactl:localalloc',
    ]);
    expect(splitBindings('numactl:physcpubind=0,2;membind=0,1,none')).toEqual([
      'numactl:physcpubind=0,2;membind=0,1',
      'none',
    ]);
  });
});

describe('parseBinding', () => {
  it('knows the arms of this machine, and none everywhere', () => {
    expect(parse('one-per-core')).toEqual({ name: 'one-per-core', tool: 'taskset', cpus: '0-3', memory: null });
    expect(parse('none')).toEqual({ name: 'none', tool: 'none', cpus: null, memory: null });
    expect(parseBinding('none', [])).toEqual(parse('none'));
  });

  it('says why an arm cannot be had', () => {
    expect(() => parse('all-smt')).toThrow(usage('--binding all-smt: it means the same as none on this machine.'));
    expect(() => parse('interleave')).toThrow(usage('--binding interleave: there is one memory node.'));
  });

  it.each([
    ['taskset:0-3', { tool: 'taskset', cpus: '0-3', memory: null }],
    ['taskset:3,2,1', { tool: 'taskset', cpus: '1-3', memory: null }],
    ['numactl:physcpubind=0-3', { tool: 'numactl', cpus: '0-3', memory: null }],
    ['numactl:physcpubind=4;membind=0', { tool: 'numactl', cpus: '4', memory: { policy: 'bind', nodes: '0' } }],
    ['numactl:interleave=0,1', { tool: 'numactl', cpus: null, memory: { policy: 'interleave', nodes: '0-1' } }],
    ['numactl:preferred=1', { tool: 'numactl', cpus: null, memory: { policy: 'preferred', nodes: '1' } }],
    ['numactl:localalloc', { tool: 'numactl', cpus: null, memory: { policy: 'local', nodes: null } }],
  ])('reads %s', (text, binding) => expect(parse(text)).toEqual({ name: text, ...binding }));

  it.each([
    ['taskset:', /CPUs after taskset:/],
    ['taskset:x', /"x" is not a CPU list/],
    ['taskset', /expected none, taskset:CPUS, numactl:…, or one of none, one-per-core/],
    ['', /--binding: "" is not valid/],
    ['numactl:', /physcpubind=CPUS/],
    ['numactl:physcpubind=', /physcpubind=CPUS/],
    ['numactl:membind=', /physcpubind=CPUS/],
    ['numactl:membind=x', /"x" is not a CPU list/],
    ['numactl:physcpubind=0;', /physcpubind=CPUS/],
    ['numactl:cpunodebind=0', /physcpubind=CPUS/],
    ['constructor', /--binding: "constructor" is not valid/],
  ])('refuses "%s"', (text, message) => expect(() => parse(text)).toThrow(usage(message)));

  it('reads back any set of CPUs', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(500), { minLength: 1 }), (cpus) => {
        expect(parse(`taskset:${cpus.join(',')}`).cpus).toBe(formatCpuList(cpus));
      }),
    );
  });
});
