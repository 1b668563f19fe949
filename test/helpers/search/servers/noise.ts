import type { Candidate } from '../../../../src/core/candidate.js';
import { gaussian, randomStream } from '../../../../src/core/random.js';
import type { Fidelity } from '../../../../src/sweeps/search/search-space.js';
import { drift, hostSwitching } from '../noise.js';
import type { ServerKind } from './kinds.js';
import { between } from './physics.js';

/** Mean of the logarithm that one spike costs. */
const SPIKE = 0.2;
/** A process may be laid out well or badly in memory: badly in this share, so that the mean is zero. */
const BADLY = 0.3;
/** A short trial scatters this many times as much. */
const SHORT = 1.6;

export type ServerNoise = {
  /** Log error of the next trial. */
  next(candidate: Candidate, fidelity: Fidelity): number;
  /** Its mean over the long run: what a server that goes on for days has. */
  mean: number;
};

/** White noise, drift, a host of two states, spikes, and a lottery of memory layout that binding makes smaller. */
export function serverNoise(kind: ServerKind, seed: number): ServerNoise {
  const random = randomStream(seed, 'noise');
  const p = randomStream(seed, 'noise-params');
  const white = between(p, 0.01, 0.03);
  const driftSd = between(p, 0.01, kind.isVirtual ? 0.06 : 0.035);
  const wander = drift(random, between(p, 0.9, 0.99), driftSd);
  const hostLoss = between(p, 0.02, 0.08);
  const host = hostSwitching(random, between(p, 0.01, 0.05), hostLoss);
  const spikes = between(p, 0.01, 0.07);
  const layout = between(p, 0.02, 0.1);
  return {
    next({ binding }, fidelity) {
      const lottery = layout * (binding.memory === null ? 1 : 0.4);
      const luck = random() < BADLY ? (BADLY - 1) * lottery : BADLY * lottery;
      const spike = random() < spikes ? SPIKE * Math.log(1 - random()) : 0;
      return white * (fidelity === 'short' ? SHORT : 1) * gaussian(random) + wander() + host() + luck + spike;
    },
    mean: -hostLoss / 2 - spikes * SPIKE,
  };
}
