import type { Binding } from './candidate.js';
import { formatCpuList, parseCpuList } from './cpu-list.js';
import { R1Error } from './errors.js';
import type { BindingArm } from './machine.js';

/** Values a user typed on an axis: text lists to typed values, each failure naming the flag, the value and the fix. */

const usage = (flag: string, value: string, expected: string): R1Error =>
  new R1Error('USAGE', `--${flag}: "${value}" is not valid; expected ${expected}.`);

/** Commas separate bindings, except inside a CPU list: `none,taskset:0-1,4,one-l3` is three. */
export const splitBindings = (value: string | readonly string[]): string[] =>
  (typeof value === 'string' ? [value] : value)
    .flatMap((text) => text.split(/,(?=\s*[a-z])/i))
    .map((part) => part.trim());

const commaList = (value: string | readonly string[]): string[] =>
  (typeof value === 'string' ? [value] : value)
    .flatMap((text) => text.split(','))
    .map((part) => part.trim())
    .filter(Boolean);

const ANY_COUNT = { from: 1, to: 4096, expected: 'whole numbers from 1 on' };

/** `1,2,4-16` → numbers in order, each once. */
export function parseCounts(flag: string, value: string | readonly string[], allowed = ANY_COUNT): number[] {
  const { from, to, expected } = allowed;
  const counts = commaList(value).flatMap((part) => {
    const match = /^(\d+)(?:-(\d+))?$/.exec(part);
    const first = Number(match?.[1]);
    const last = Number(match?.[2] ?? match?.[1]);
    if (!match || first < from || last < first || last > to)
      throw usage(flag, part, `${expected}, or ranges such as 4-16`);
    return Array.from({ length: last - first + 1 }, (_, i) => first + i);
  });
  if (counts.length === 0) throw usage(flag, String(value), 'at least one number, or auto');
  return [...new Set(counts)];
}

export function parseNames<T extends string>(
  flag: string,
  value: string | readonly string[],
  known: readonly T[],
): T[] {
  const parts = commaList(value);
  const expected = `one or more of ${known.join(', ')}`;
  if (parts.length === 0) throw usage(flag, String(value), expected);
  return parts.map((part) => {
    const found = known.find((name) => name === part.toLowerCase());
    if (!found) throw usage(flag, part, expected);
    return found;
  });
}

/** For `coerce` of a flag: a whole number from `least` on. */
export const wholeFrom =
  (flag: string, least: number) =>
  (value: number): number => {
    if (value < least || value % 1 !== 0) throw usage(flag, String(value), `a whole number from ${least} on`);
    return value;
  };

/** For `coerce` of a flag: a share from 0 to 1. */
export const shareOf =
  (flag: string) =>
  (value: number): number => {
    if (value < 0 || value > 1) throw usage(flag, String(value), 'a number from 0 to 1');
    return value;
  };

export function parseSwitches(flag: string, value: string | readonly string[]): boolean[] {
  return parseNames(flag, value, ['on', 'off', 'true', 'false'] as const).map(
    (name) => name === 'on' || name === 'true',
  );
}

/** `auto`, or undefined: derive it from the machine; else the parsed values. */
export function orAuto<T>(
  value: string | readonly string[] | undefined,
  parse: (value: string | readonly string[]) => T[],
): T[] | 'auto' {
  if (value === undefined || String(value) === 'auto') return 'auto';
  return parse(value);
}

const MEMORY = /^(membind|interleave|preferred)=(.+)$/;

/**
 * `none`, the name of an arm of this machine, `taskset:0-3`, or `numactl:` with parts joined by `;`:
 * `numactl:physcpubind=0-3;membind=0`, `numactl:localalloc`.
 */
export function parseBinding(text: string, arms: readonly BindingArm[]): Binding {
  const arm = arms.find((candidate) => candidate.name === text);
  if (arm) {
    if (arm.available || arm.name === 'none')
      return { name: arm.name, tool: arm.tool, cpus: arm.cpus, memory: arm.memory };
    throw new R1Error(
      'USAGE',
      `--binding ${text}: ${arm.sameAs ? `it means the same as ${arm.sameAs} on this machine` : arm.reason}.`,
    );
  }
  if (text === 'none') return { name: 'none', tool: 'none', cpus: null, memory: null };
  if (text.startsWith('taskset:')) {
    const cpus = formatCpuList(parseCpuList(text.slice('taskset:'.length)));
    if (cpus === '') throw usage('binding', text, 'CPUs after taskset:, for example taskset:0-3');
    return { name: text, tool: 'taskset', cpus, memory: null };
  }
  if (text.startsWith('numactl:')) return parseNumactl(text);
  throw usage('binding', text, `none, taskset:CPUS, numactl:…, or one of ${arms.map((a) => a.name).join(', ')}`);
}

function parseNumactl(text: string): Binding {
  const binding: Binding = { name: text, tool: 'numactl', cpus: null, memory: null };
  for (const part of text.slice('numactl:'.length).split(';')) {
    const memory = MEMORY.exec(part);
    const cpus = /^physcpubind=(.+)$/.exec(part);
    if (cpus) binding.cpus = formatCpuList(parseCpuList(cpus[1]!));
    else if (part === 'localalloc') binding.memory = { policy: 'local', nodes: null };
    else if (memory)
      binding.memory = {
        policy: ({ membind: 'bind', interleave: 'interleave', preferred: 'preferred' } as const)[
          memory[1] as 'membind'
        ],
        nodes: formatCpuList(parseCpuList(memory[2]!)),
      };
    else
      throw usage(
        'binding',
        text,
        'physcpubind=CPUS, membind=NODES, interleave=NODES, preferred=NODES or localalloc, joined by ;',
      );
  }
  return binding;
}
