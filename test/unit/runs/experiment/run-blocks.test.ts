import { describe, expect, it } from 'vitest';
import { baseCandidate, type Candidate, candidateId } from '../../../../src/core/candidate.js';
import type { Trial } from '../../../../src/core/experiment.js';
import { type Measurement, type Outcome, outcomeSchema } from '../../../../src/core/outcome.js';
import { runBlocks } from '../../../../src/runs/experiment/run-blocks.js';
import { runOne } from '../../../../src/runs/experiment/run-one.js';
import { planArm } from '../../../../src/runs/sweep/plan-arms.js';
import { isOfSearch, searchSource } from '../../../../src/runs/sweep/search-source.js';
import { toldResult } from '../../../../src/sweeps/results/trial-result.js';
import type { TrialAsk, TrialResult } from '../../../../src/sweeps/search/search-space.js';
import { openSession, type SearchSession } from '../../../../src/sweeps/search/session.js';
import type { SearchResult, Strategy } from '../../../../src/sweeps/search/strategy.js';
import { costMs, markVoided } from '../../../../src/sweeps/trials/void-blocks.js';
import { fakePorts } from '../../../helpers/experiment.js';
import { samplePlan } from '../../../helpers/sample-plan.js';
import { sampleOutcome, sampleResources } from '../../../helpers/sample-trial.js';

const a = baseCandidate('llama-cpp', 'q4_0', 4);
const b: Candidate = { ...a, threads: 2 };
const [idA, idB] = [candidateId(a), candidateId(b)];
const plan = samplePlan([a, b]);

const measured = (stealShare = 0): Measurement => {
  const { status, reason, stderrTail, metrics, samples, resources, effective, sentinels, flags } = sampleOutcome({
    resources: sampleResources({ stealShare }),
  });
  return { status, reason, stderrTail, metrics, samples, resources, effective, sentinels, flags };
};

/** Asks for the given batches, whatever the results, and keeps them. */
function scripted(batches: TrialAsk[][]) {
  const told: TrialResult[][] = [];
  const strategy: Strategy = {
    id: 'scripted',
    summary: '',
    *search() {
      for (const batch of batches) told.push(yield batch);
      return { choice: null, recommendation: null } as SearchResult;
    },
    forecast: () => ({ short: 0, full: 0, fullAtMost: 0, racers: null, confirming: 0 }),
  };
  const open = (history: TrialResult[] = []): SearchSession =>
    openSession(strategy, { axes: [], points: [], defaultId: idA }, { seed: 1 }, history);
  return { open, told };
}

const pair = (phase: TrialAsk['phase'], block: number, ids = [idA, idB]): TrialAsk[] =>
  ids.map((id) => ({ phase, block, id, fidelity: phase === 'screen' ? 'short' : 'full' }));
const blocks = (phase: TrialAsk['phase'], count: number): TrialAsk[][] =>
  Array.from({ length: count }, (_, block) => pair(phase, block));

const sourceOf = (session: SearchSession, expectedTrials: number, of = plan) =>
  searchSource(session, { plan: { ...of, expectedTrials }, qualityOf: () => null });

async function search(
  batches: TrialAsk[][],
  plannedTrials: number,
  measure: (trial: Trial, number: number) => Measurement,
) {
  const { open, told } = scripted(batches);
  const fake = fakePorts(measure);
  await runBlocks(sourceOf(open(), plannedTrials), fake.ports);
  return { ...fake, told };
}

describe('runOne', () => {
  const trial: Trial = { arm: planArm(plan, a, 'full'), phase: 'race', block: 2, position: 1, isLast: false };

  it('stores one whole outcome with its place in the design', async () => {
    const { ports, outcomes } = fakePorts(() => measured());
    const outcome = await runOne(trial, ports);
    expect(outcomeSchema.parse(outcome)).toEqual(outcome);
    expect(outcome).toMatchObject({ trial: 0, candidateId: idA, phase: 'race', block: 2, position: 1, voided: false });
    expect(outcome).toMatchObject({ startedAt: '2001-09-09T01:46:40.000Z', wallMs: 10 });
    expect(outcomes).toEqual([outcome]);
  });

  it('does not store a trial that the user interrupted: it did not happen', async () => {
    const controller = new AbortController();
    const { ports, outcomes } = fakePorts(
      () => {
        controller.abort(new Error('stopped'));
        return { ...measured(), status: 'failed', metrics: null };
      },
      { signal: controller.signal },
    );
    await expect(runOne(trial, ports)).rejects.toThrow('stopped');
    await expect(runOne(trial, ports)).rejects.toThrow('stopped');
    expect(outcomes).toEqual([]);
  });
});

describe('runBlocks with a search', () => {
  it('measures what is asked, in order, with the workload of its fidelity, and tells the results', async () => {
    const { outcomes, told } = await search([pair('screen', 0), pair('race', 0, [idB, idA])], 4, () => measured());
    expect(outcomes.map((o) => [o.trial, o.phase, o.candidateId, o.position, o.workload.promptTokens])).toEqual([
      [0, 'screen', idA, 0, 128],
      [1, 'screen', idB, 1, 128],
      [2, 'race', idB, 0, 512],
      [3, 'race', idA, 1, 512],
    ]);
    expect(told.map((batch) => batch.map((r) => r.id))).toEqual([
      [idA, idB],
      [idB, idA],
    ]);
  });

  it('a trial that fails is data: the search goes on', async () => {
    const crash: Measurement = { ...measured(), status: 'crashed', reason: 'SIGSEGV', metrics: null, resources: null };
    const { told, outcomes } = await search(blocks('race', 2), 4, (_, n) => (n === 1 ? crash : measured()));
    expect(outcomes).toHaveLength(4);
    expect(told[0]!.map((r) => r.value)).toEqual([20, null]);
  });
});

describe('disturbed blocks', () => {
  /** Eight quiet trials first: fewer have no median. Then trial `bad` is robbed of CPU time. */
  const robbed = (bad: (n: number) => boolean) => (_: Trial, n: number) => measured(bad(n) ? 0.4 : 0);

  it('of a race are run again only in the trials that were disturbed, and only the repeat is told', async () => {
    const { outcomes, repeats, told } = await search(
      blocks('race', 6),
      12,
      robbed((n) => n === 9),
    );
    expect(repeats).toEqual(['race 4']);
    expect(outcomes.map((o) => o.block)).toEqual([0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 4, 5, 5]);
    expect(outcomes[10]).toMatchObject({ candidateId: outcomes[9]!.candidateId, position: 1 });
    expect(
      markVoided(outcomes)
        .filter((o) => o.voided)
        .map((o) => o.trial),
    ).toEqual([9]);
    expect(told).toHaveLength(6);
  });

  it('of the confirmation are run again as a whole pair, and only the repeat is told', async () => {
    const { outcomes, repeats, told } = await search(
      blocks('confirm', 6),
      12,
      robbed((n) => n === 9),
    );
    expect(repeats).toEqual(['confirm 4']);
    expect(outcomes.map((o) => o.block)).toEqual([0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 4, 4, 5, 5]);
    expect(
      markVoided(outcomes)
        .filter((o) => o.voided)
        .map((o) => o.trial),
    ).toEqual([8, 9]);
    expect(told).toHaveLength(6);
  });

  it('of the screening are only hints, and stay', async () =>
    expect(
      (
        await search(
          blocks('screen', 6),
          12,
          robbed((n) => n === 9),
        )
      ).repeats,
    ).toEqual([]));

  it('cost at most half as many trials again as were planned, even where the machine never rests', async () => {
    const wide = [4, 3, 2, 1, 5, 6].map((threads) => ({ ...a, threads }));
    const batches = Array.from({ length: 10 }, (_, block) => pair('race', block, wide.map(candidateId)));
    // From the third block on, one trial in six is robbed, in every repeat too.
    const fake = fakePorts((trial) => measured(trial.block > 1 && trial.position === 0 ? 0.4 : 0));
    const { open, told } = scripted(batches);
    await runBlocks(sourceOf(open(), 60, samplePlan(wide)), fake.ports);
    expect(told).toHaveLength(10);
    expect(fake.outcomes).toHaveLength(90);
  });

  it('are not run again when that would take the time of the confirmation', async () => {
    // A trial takes 10 ms, the shortest confirmation 120 ms; one of the fifth block is disturbed, 100 ms have passed then.
    const withBudget = async (limit: number, phase: 'race' | 'confirm'): Promise<string[]> => {
      const fake = fakePorts(
        robbed((n) => n === 9),
        { budget: { limitMs: limit, counts: isOfSearch } },
      );
      await runBlocks(sourceOf(scripted(blocks(phase, 6)).open(), 12), fake.ports);
      return fake.repeats;
    };
    expect(await withBudget(230, 'race')).toEqual(['race 4']);
    expect(await withBudget(229, 'race')).toEqual([]);
    expect(await withBudget(120, 'confirm')).toEqual(['confirm 4']);
    expect(await withBudget(119, 'confirm')).toEqual([]);
  });

  it('cost the budget what all their runs took', async () => {
    const { outcomes, told } = await search(
      blocks('confirm', 6),
      12,
      robbed((n) => n === 9),
    );
    expect(told.map((batch) => batch.map((r) => r.cost))).toEqual([
      [10, 10],
      [10, 10],
      [10, 10],
      [10, 10],
      [20, 20],
      [10, 10],
    ]);
    expect(costMs(outcomes[8]!, outcomes)).toBe(20);
  });
});

describe('a run that goes on', () => {
  const played = async (count: number) => {
    const { outcomes } = await search(blocks('confirm', 6), 12, () => measured());
    return outcomes.slice(0, count);
  };

  /** Goes on from stored trials as the command line does. */
  async function resume(known: Outcome[], measure: (trial: Trial, n: number) => Measurement) {
    const { open } = scripted(blocks('confirm', 6));
    const fake = fakePorts(measure, { known });
    const history = markVoided(known).filter((o) => !o.voided);
    const session = open(history.map((o) => toldResult(o, known, { plan, qualityOf: () => null })));
    await runBlocks(sourceOf(session, 12), fake.ports);
    return fake;
  }

  it('runs what is missing of the block it was cut in, in its place', async () => {
    const { outcomes } = await resume(await played(5), () => measured());
    expect(outcomes).toHaveLength(12);
    expect(outcomes.slice(5, 7).map((o) => [o.block, o.candidateId, o.position])).toEqual([
      [2, idB, 1],
      [3, idA, 0],
    ]);
  });

  it('repeats the whole pair when its second half is disturbed, not that half', async () => {
    const { outcomes, repeats } = await resume(await played(9), (_, n) => measured(n === 0 ? 0.4 : 0));
    expect(repeats).toEqual(['confirm 4']);
    expect(outcomes.slice(8, 12).map((o) => o.candidateId)).toEqual([idA, idB, idA, idB]);
    expect(markVoided(outcomes).filter((o) => o.voided)).toHaveLength(2);
  });

  it('repeats both arms when it was cut inside a repeat', async () => {
    const known = await played(10);
    const half = { ...known[8]!, trial: 10 };
    const { outcomes } = await resume([...known, half], () => measured());
    expect(outcomes.slice(10, 12).map((o) => [o.block, o.candidateId])).toEqual([
      [4, idA],
      [4, idB],
    ]);
    expect(
      markVoided(outcomes)
        .filter((o) => o.voided)
        .map((o) => o.trial),
    ).toEqual([8, 9]);
  });

  it('counts the repeats of the process before against the same bound', async () => {
    const known = await played(10);
    // Six trials of repeats, as many as twelve planned ones allow.
    const again = [0, 1, 2].flatMap((n) => [8, 9].map((i) => ({ ...known[i]!, trial: 10 + 2 * n + i - 8 })));
    const { repeats } = await resume([...known, ...again], () => measured(0.4));
    expect(repeats).toEqual([]);
  });
});

describe('markVoided', () => {
  const trials = (places: [string, number][]): Outcome[] =>
    places.map(([id, block], trial) =>
      sampleOutcome({ trial, block, candidate: id === idA ? a : b, phase: 'confirm' }),
    );
  const voided = (outcomes: Outcome[]): number[] =>
    markVoided(outcomes)
      .filter((o) => o.voided)
      .map((o) => o.trial);

  it('keeps the last run of each block', () => {
    expect(
      voided(
        trials([
          [idA, 0],
          [idB, 0],
          [idA, 1],
          [idB, 1],
        ]),
      ),
    ).toEqual([]);
    expect(
      voided(
        trials([
          [idA, 0],
          [idB, 0],
          [idB, 0],
          [idA, 0],
          [idA, 1],
        ]),
      ),
    ).toEqual([0, 1]);
    expect(
      voided(
        trials([
          [idA, 0],
          [idB, 0],
          [idA, 0],
          [idB, 0],
          [idA, 0],
          [idB, 0],
        ]),
      ),
    ).toEqual([0, 1, 2, 3]);
  });

  it('keeps the last trial of each member of a race, so that one can be run again by itself', () => {
    const race = [idA, idB, idB].map((id, trial) =>
      sampleOutcome({ trial, block: 0, candidate: id === idA ? a : b, phase: 'race' }),
    );
    expect(voided(race)).toEqual([1]);
  });

  it('tells phases apart, and marks nothing new the second time', () => {
    const outcomes = [
      ...trials([
        [idA, 0],
        [idB, 0],
      ]),
      sampleOutcome({ trial: 2, block: 0, candidate: a, phase: 'race' }),
    ];
    expect(voided(outcomes)).toEqual([]);
    const repeated = trials([
      [idA, 0],
      [idA, 0],
    ]);
    expect(markVoided(markVoided(repeated))).toEqual(markVoided(repeated));
  });

  it('a block whose repeat was cut short has no half that counts: the other arm would be of another time', () =>
    expect(
      voided(
        trials([
          [idA, 0],
          [idB, 0],
          [idA, 1],
          [idB, 1],
          [idA, 1],
        ]),
      ),
    ).toEqual([2, 3]));
});
