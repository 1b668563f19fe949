import { CALM } from '../../core/claims.js';
import type { Arm } from '../../core/experiment.js';
import type { Machine } from '../../core/machine.js';
import { expectedTrialMs, type Pilot } from '../../sweeps/search/time-plan.js';

/** Reading a file that is not in the page cache, at the rate of a modest disk. */
const DISK_BYTES_PER_MS = 500_000;
/** Threads that wait for one another on too few CPUs: each step takes so much longer for each such thread. */
const CROWDING = 0.75;

const middle = ({ least, most }: { least: number; most: number }): number => (least + most) / 2;

function seriesMs({ candidate, workload: { series } }: Arm, pilot: Pilot): number {
  if (!series) return 0;
  const streams = candidate.sequences * candidate.replicas;
  const prompt = middle(series.promptTokens) + (series.reusesPrefix ? 0 : series.sharedPrefixTokens);
  const one = prompt / pilot.prefillTokensPerSecond + middle(series.generateTokens) / pilot.decodeTokensPerSecond;
  return series.requests * one * streams * 1000;
}

/** How much longer a step takes than on CPUs of its own. */
function crowding({ candidate, conditions = CALM }: Arm, machine: Machine): number {
  const cpus = machine.topology.allowed.cpus.length;
  const excess = Math.max(0, candidate.threads * candidate.replicas + conditions.competitors - cpus) / cpus;
  return 1 + CROWDING * excess;
}

/** Rough time of one trial of an arm, ms, from the pilot of its model file. */
export function expectedArmMs(arm: Arm, pilot: Pilot, machine: Machine): number {
  const { candidate, workload, conditions = CALM, model } = arm;
  const trial = expectedTrialMs(candidate, workload, [pilot], machine.limits.threadBudget);
  const evaluating = (trial - pilot.fixedMs + seriesMs(arm, pilot)) * crowding(arm, machine);
  const disk = conditions.pageCache === 'cold' ? model.sizeBytes / DISK_BYTES_PER_MS : 0;
  return pilot.fixedMs + evaluating + disk;
}
