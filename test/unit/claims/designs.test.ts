import { describe, expect, it } from 'vitest';
import type { Claim, ClaimFacts } from '../../../src/claims/claim.js';
import { claimedThreadCounts } from '../../../src/claims/claims/01-thread-count.js';
import { type Design, isTestable } from '../../../src/claims/design.js';
import { CLAIMS } from '../../../src/claims/index.js';
import { candidateSchema } from '../../../src/core/candidate.js';
import { conditionsSchema } from '../../../src/core/claims.js';
import { known } from '../../../src/core/fact.js';
import { workloadSchema } from '../../../src/core/workload.js';
import { claimFacts, claimModel } from '../../helpers/claims/claim-facts.js';

const claimOf = (number: number): Claim => CLAIMS.find((claim) => claim.number === number)!;
const reasonOf = (number: number, facts: ClaimFacts): string => {
  const design = claimOf(number).design(facts);
  return isTestable(design) ? '' : design.cannotTest;
};

/** Facts of a desktop that has everything, swap too. */
function rich(): ClaimFacts {
  const facts = claimFacts();
  facts.machine.memory.swapTotalBytes = known(2 ** 31, 'test');
  facts.machine.tools = [{ name: 'taskset', path: '/usr/bin/taskset' }];
  return facts;
}

const designOf = (number: number, facts = rich()): Design => claimOf(number).design(facts) as Design;

describe('the index', () => {
  it('lists the thirteen claims by number', () => {
    expect(CLAIMS.map((claim) => claim.number)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13]);
    expect(new Set(CLAIMS.map((claim) => claim.id)).size).toBe(13);
  });
});

describe.each(CLAIMS.map((claim) => [claim.number, claim] as const))('claim %i', (_number, claim) => {
  const facts = rich();

  it('can be tested where everything is there', () => {
    expect(isTestable(claim.design(facts))).toBe(true);
  });

  it('compares arms that it has, each named once, and legal in every part', () => {
    const design = claim.design(facts) as Design;
    const names = design.arms.map((arm) => arm.name);
    expect(new Set(names).size).toBe(names.length);
    for (const { arm, reference } of design.comparisons) {
      expect(names).toContain(arm);
      if (reference !== null) expect(names).toContain(reference);
    }
    for (const arm of design.arms) {
      candidateSchema.parse(arm.candidate);
      workloadSchema.parse(arm.workload);
      conditionsSchema.parse(arm.conditions);
    }
  });

  it('has a rule and a statement that end as sentences, and a source', () => {
    for (const text of [claim.statement, claim.rule]) expect(text).toMatch(/^[^a-z].*\.$|^[a-z].*\.$/s);
    expect(claim.sources.every((source) => ['000', '001', '002'].includes(source))).toBe(true);
  });

  it('makes the same design from the same facts', () => {
    expect(claim.design(facts)).toEqual(claim.design(rich()));
  });

  it('says in a sentence why it cannot be tested on a bare machine', () => {
    const design = claim.design(bare());
    if (!isTestable(design)) expect(design.cannotTest).toMatch(/^\S.*\.$/);
  });
});

/** One CPU, no tool, no right, one file of one backend. */
function bare(): ClaimFacts {
  const facts = claimFacts({
    models: [claimModel('onnx', 'int4')],
    controls: { cpuGroups: 'no.', pageCache: 'no.', swappiness: 'no.' },
    prices: { ...claimFacts().prices, pricePerHour: null },
  });
  const { machine } = facts;
  machine.tools = [];
  machine.allocators = [];
  machine.cpu.isa.avx512 = false;
  machine.limits.threadBudget = 1;
  machine.topology.cpus = machine.topology.cpus.slice(0, 1);
  Object.assign(machine.topology.allowed, { cpus: [0], cores: 1, pCores: 1 });
  return facts;
}

describe('what is missing is said', () => {
  it.each([
    [3, /taskset/],
    [4, /llama\.cpp/],
    [5, /two levels/],
    [6, /jemalloc/],
    [10, /one thread/],
    [11, /no swap/],
    [12, /--price-per-hour/],
    [13, /^no\.$/],
  ])('claim %i', (number, reason) => {
    expect(reasonOf(number, bare())).toMatch(reason);
  });

  it('names an absent backend beside the verdict of the other', () => {
    const facts = { ...rich(), models: [claimModel('llama-cpp', 'q4_0')], absent: { onnx: 'no converter.' } };
    expect(designOf(2, facts).notes.join()).toMatch(/onnx cannot be tested: no converter/);
    expect(designOf(6, facts).notes.join()).toMatch(/onnx cannot be tested/);
  });

  it('AVX-512 that the processor does not have', () => {
    const facts = rich();
    facts.machine.cpu.isa.avx512 = false;
    expect(reasonOf(4, facts)).toMatch(/no AVX-512/);
  });

  it('swappiness that may not be set, with the swap in use', () => {
    const facts = rich();
    expect(reasonOf(11, { ...facts, controls: { ...facts.controls, swappiness: 'root only.' } })).toMatch(
      /root only\. Of 2\.00 GiB of swap 0 B/,
    );
  });

  it('workers that do not fit into memory', () => {
    const facts = rich();
    facts.machine.memory.usableBytes = known(2 ** 30, 'test');
    expect(reasonOf(10, facts)).toMatch(/of memory/);
  });
});

describe('the arms', () => {
  it('of claim 1 run from one thread to twice the logical CPUs, through the physical cores', () => {
    expect(claimedThreadCounts(rich().machine)).toEqual([1, 4, 8, 12, 16, 32]);
    const bareCounts = claimedThreadCounts(bare().machine);
    expect(bareCounts[0]).toBe(1);
    expect(bareCounts.at(-1)).toBe(2);
  });

  it('of claim 2 ask for other threads than the command gives, and differ in nothing else', () => {
    const { arms } = designOf(2);
    const set = arms.filter((arm) => arm.name.endsWith(', set'));
    expect(set.map((arm) => arm.conditions!.environment.OMP_NUM_THREADS)).toEqual(['4', '4']);
    for (const arm of set) {
      const plain = arms.find((other) => other.name === arm.name.replace(', set', ', not set'))!;
      expect(arm.candidate).toEqual(plain.candidate);
      expect({ ...arm.conditions, environment: {} }).toEqual(plain.conditions);
    }
  });

  it('of claim 3 bind to fewer CPUs than there are, with equal threads', () => {
    const { arms } = designOf(3);
    expect(new Set(arms.map((arm) => arm.candidate.threads)).size).toBe(1);
    const bound = arms.find((arm) => arm.name === 'bound, alone')!;
    expect(bound.candidate.binding).toMatchObject({ tool: 'taskset', cpus: '0-3' });
  });

  it('of claim 3 take the arm of the machine that leaves siblings out', () => {
    const facts = rich();
    const arm = { name: 'one-per-core', tool: 'taskset' as const, cpus: '0-7', memory: null };
    facts.machine.bindings = [{ ...arm, cpuCount: 8, coreCount: 8, available: true, description: '' }];
    const bound = designOf(3, facts).arms.find((a) => a.name === 'bound, alone')!;
    expect(bound.candidate).toMatchObject({ threads: 8, binding: arm });
  });

  it('of claim 5 keep to one backend in each comparison', () => {
    const { comparisons } = designOf(5);
    for (const { arm, reference } of comparisons) expect(arm.split(' ')[0]).toBe(reference!.split(' ')[0]);
    expect(comparisons).toHaveLength(6);
  });

  it('of claim 6 serve more requests within a longer budget', () => {
    const requests = (shareMs: number) => designOf(6, { ...rich(), shareMs }).arms[0]!.workload.series!.requests;
    expect(requests((30 * 60_000) / 13)).toBe(6);
    expect(requests(30 * 60_000)).toBe(59);
    expect(requests(1e12)).toBe(500);
  });

  it('of claim 10 use equal cores', () => {
    const cores = designOf(10).arms.map(({ candidate: c }) => c.threads * c.replicas);
    expect(cores).toEqual([8, 8]);
  });

  it('of claim 13 differ in their weight alone', () => {
    const [guaranteed, burstable] = designOf(13).arms.map((arm) => arm.conditions!.group!);
    expect(guaranteed!.shares).toBe(4 * burstable!.shares);
    expect({ ...guaranteed, shares: 0 }).toEqual({ ...burstable, shares: 0 });
  });
});
