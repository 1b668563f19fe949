import { describe, expect, it } from 'vitest';
import { gaussian, randomStream } from '../../../../src/core/random.js';
import { FULL_WORKLOAD } from '../../../../src/core/workload.js';
import { runBlocks } from '../../../../src/runs/experiment/run-blocks.js';
import { type Side, sideArm } from '../../../../src/runs/gate/job.js';
import { pairSource } from '../../../../src/runs/gate/pair-source.js';
import { fakePorts } from '../../../helpers/experiment.js';
import { sampleModel } from '../../../helpers/sample-plan.js';
import { sampleProfile } from '../../../helpers/sample-profile.js';
import { sampleMetrics, sampleOutcome, sampleResources } from '../../../helpers/sample-trial.js';
import {
  disturbedShare,
  type SentinelRecording,
  sentinelRecordings,
  signalsFrom,
} from '../../../helpers/search/recorded-sentinels.js';

const GATES = 20;
/** Warm-up, thirty pairs, and repeats for half of them: as many trials as a gate can have. */
const MOST_TRIALS = 2 + 60 + 30;

/** A gate of a steady engine (2 %) on a machine whose readings are those recorded from a place on. */
async function gate(recording: SentinelRecording, from: number, change: number) {
  const signals = signalsFrom(recording, from, MOST_TRIALS);
  const random = randomStream(from, 'noise');
  const { ports, outcomes } = fakePorts(({ arm }, n) => {
    const rate = 20 * (arm.name === 'candidate' ? 1 + change : 1) * Math.exp(0.02 * gaussian(random));
    return sampleOutcome({
      metrics: sampleMetrics({ decodeMedianChunkRate: rate }),
      resources: sampleResources({ stealShare: signals[n]!.stealShare }),
      sentinels: signals[n]!.sentinels,
    });
  });
  const profile = sampleProfile();
  const arm = (side: Side) => sideArm(side, profile, { model: sampleModel(), workload: FULL_WORKLOAD });
  const source = pairSource(
    {
      profiles: { baseline: profile, candidate: profile },
      arms: { baseline: arm('baseline'), candidate: arm('candidate') },
      seed: from,
      options: { metrics: [{ name: 'decode', better: 'higher' }] },
      preflight: null,
      ports,
    },
    () => {},
  );
  await runBlocks(source, ports);
  return { verdict: source.verdict(outcomes).verdict, trials: outcomes.length };
}

const recordings = sentinelRecordings();
const quiet = recordings.filter(({ about }) => about.startsWith('alone'));

describe.runIf(quiet.length > 0).each(quiet)('a machine that is quiet: $about', (recording) => {
  it('has at most 5 % of its pairs called disturbed', () => {
    for (const pairs of [6, 10, 14]) expect(disturbedShare(recording, pairs)).toBeLessThanOrEqual(0.05);
  });
});

describe.each(recordings)('a steady engine beside what was recorded: $about', (recording) => {
  const all = (change: number) =>
    Promise.all(Array.from({ length: GATES }, (_, from) => gate(recording, 3 * from, change)));
  const share = (gates: { verdict: string }[], verdict: string): number =>
    gates.filter((g) => g.verdict === verdict).length / GATES;

  it('is never called unfit: pairs are run again for a while, and then they count', async () => {
    const unchanged = await all(0);
    expect(share(unchanged, 'INVALID')).toBe(0);
    expect(share(unchanged, 'PASS')).toBeGreaterThanOrEqual(0.9);
    for (const { trials } of unchanged) expect(trials).toBeLessThanOrEqual(MOST_TRIALS);
  });

  it('is failed for a loss of 10 %', async () => expect(share(await all(-0.1), 'FAIL')).toBeGreaterThanOrEqual(0.9));
});
