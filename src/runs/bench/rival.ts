import type { Against, RivalPair, RivalRates } from '../../core/against.js';
import type { Interval } from '../../core/interval.js';
import type { Measurement } from '../../core/outcome.js';
import type { Random } from '../../core/random.js';
import { ratioInterval } from '../../stats/hodges-lehmann.js';
import type { ExperimentPorts } from '../experiment/ports.js';

/** Pairs unless --trials says otherwise: twice what the narrowest interval needs. */
export const PAIRS = 12;

/** Has the rival run beside every trial, before it or after it by lot; what it does is put into `pairs`. */
export function withRival(
  ports: ExperimentPorts,
  { run, random, pairs }: { run: () => Promise<RivalRates>; random: Random; pairs: RivalPair[] },
): ExperimentPorts {
  return {
    ...ports,
    async measure(trial): Promise<Measurement> {
      const isRivalFirst = random() < 0.5;
      const before = isRivalFirst ? await run() : null;
      const measurement = await ports.measure(trial);
      if (measurement.metrics) {
        const { prefillTokensPerSecond, decodeTokensPerSecond } = measurement.metrics;
        const ours = { prefillTokensPerSecond, decodeTokensPerSecond };
        pairs.push({ ours, rival: before ?? (await run()), isRivalFirst });
      }
      return measurement;
    },
  };
}

export function compareWithRival(program: string, pairs: RivalPair[]): Against {
  const ratio = (rate: 'prefillTokensPerSecond' | 'decodeTokensPerSecond'): Interval =>
    ratioInterval(pairs.map(({ ours, rival }) => Math.log(ours[rate] / rival[rate])));
  return {
    schemaVersion: 1,
    kind: 'r1-tune/against',
    program,
    pairs,
    decode: ratio('decodeTokensPerSecond'),
    prefill: ratio('prefillTokensPerSecond'),
  };
}
