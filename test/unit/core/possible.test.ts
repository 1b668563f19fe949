import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { profileSchema } from '../../../src/core/profile.js';
import { ownRow, table } from '../../../src/core/table.js';
import { sampleProfile } from '../../helpers/sample-profile.js';

type Change = (profile: ReturnType<typeof draft>) => void;
// biome-ignore lint/suspicious/noExplicitAny: what is changed here is wrong on purpose.
const draft = (): any => structuredClone(sampleProfile());

const taskset = (cpus: string | null) => ({ name: 'x', tool: 'taskset', cpus, memory: null });
const numactl = (nodes: string) => ({ name: 'x', tool: 'numactl', cpus: '0', memory: { policy: 'bind', nodes } });

const IMPOSSIBLE: [string, Change][] = [
  ...['0; touch x', '', '../../etc/passwd', '9999999', '0\n1', '3-1', ' 0', '(null)', '-1', '1e3'].map(
    (cpus): [string, Change] => [`CPUs ${JSON.stringify(cpus)}`, (p) => (p.candidate.binding = taskset(cpus))],
  ),
  ['taskset without CPUs', (p) => (p.candidate.binding = taskset(null))],
  ['memory nodes "0;1"', (p) => (p.candidate.binding = numactl('0;1'))],
  ['perReplica of another number', (p) => (p.candidate.binding = { ...taskset('0-3'), perReplica: ['0', '1', '2'] })],
  ['batch 1e9', (p) => (p.candidate.batch = 1e9)],
  ['replicas 1e9', (p) => (p.candidate.replicas = 1e9)],
  ['sequences 1e9', (p) => (p.candidate.sequences = 1e9)],
  ['threads 1e9', (p) => (p.candidate.threads = 1e9)],
  ['createdAt "\\n"', (p) => (p.createdAt = '\n')],
  ['sha256 "x"', (p) => (p.model.sha256 = 'x')],
  ['no context', (p) => (p.contextTokens = 0)],
  ['an estimate of 1e308', (p) => (p.expected.decodeTokensPerSecond.estimate = 1e308)],
  [
    'an estimate above its interval',
    (p) => Object.assign(p.expected.decodeTokensPerSecond, { estimate: 9, low: 1, high: 2 }),
  ],
  ['an interval upside down', (p) => Object.assign(p.expected.decodeTokensPerSecond, { estimate: 2, low: 3, high: 1 })],
  ['architecture __proto__', (p) => (p.machine.hard.arch = '__proto__')],
];

describe('profiles', () => {
  it('the sample is sound', () => {
    expect(profileSchema.safeParse(draft()).error).toBeUndefined();
  });

  it.each(IMPOSSIBLE)('%s is refused', (_what, change) => {
    const profile = draft();
    change(profile);
    expect(profileSchema.safeParse(profile).success).toBe(false);
  });
});

describe('tables', () => {
  const NAMES = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'valueOf'];

  it('have no rows but their own', () => {
    const rows: Readonly<Record<string, number>> = table({ a: 1 });
    expect(NAMES.map((name) => rows[name])).toEqual(NAMES.map(() => undefined));
    expect(NAMES.map((name) => ownRow({ a: 1 }, name))).toEqual(NAMES.map(() => undefined));
    expect([rows.a, ownRow({ a: 1 }, 'a')]).toEqual([1, 1]);
  });

  it('every table of the code that is looked up by text or number is one', () => {
    const files = (readdirSync('src', { recursive: true }) as string[]).filter((name) => name.endsWith('.ts'));
    const bare = files.flatMap((name) =>
      [
        ...readFileSync(join('src', name), 'utf8').matchAll(
          /^(?:export )?const (\w+): [^=\n]*\bRecord<(?:string|number)\b[^=]*= \{/gm,
        ),
      ].map(([, constant]) => `${name}: ${constant}`),
    );
    expect(bare).toEqual([]);
  });
});
