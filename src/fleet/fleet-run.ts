import { generatedRate } from '../core/answer-speed.js';
import { BACKENDS } from '../core/backends.js';
import { FLEET_VERSION, type FleetMachineFacts, type FleetRate, type FleetRun } from '../core/fleet.js';
import type { Profile } from '../core/profile.js';
import type { Configuration, RunResult } from '../core/run-result.js';

/** Where a document was found, and the name of the machine it came from. */
export type Origin = { node: string | null; source: string };

/** Screened once and given up: what is left out of a fleet, whose file would be megabytes a machine otherwise. */
const FEWEST_TRIALS = 2;

/** A run as far as a fleet needs it. `profile` is its recommendation, null where it has none. */
export function fleetRun(
  run: RunResult,
  profile: Profile | null,
  machine: FleetMachineFacts,
  origin: Origin,
): FleetRun {
  const { plan } = run;
  const model = plan.models[0];
  return {
    schemaVersion: FLEET_VERSION,
    kind: 'r1-tune/fleet-run',
    ...origin,
    run: run.id,
    status: run.status,
    startedAt: run.startedAt,
    finishedAt: run.finishedAt,
    machine,
    task: {
      model: model?.geometryId ?? model?.name ?? plan.modelId,
      weights: model?.weights ?? 'trained',
      objective: plan.objective,
      request: plan.request,
      workload: plan.workloads.full,
      contextTokens: plan.contextTokens,
    },
    rates: run.configurations.filter((one) => isKept(one, run)).flatMap((one) => rateOf(one, run)),
    profile,
  };
}

/** Several sequences are kept whatever their trials: a capacity plan rests on them. */
const isKept = ({ trials, isDefault, candidate, candidateId }: Configuration, { choice, configurations }: RunResult) =>
  trials >= FEWEST_TRIALS ||
  isDefault ||
  candidate.sequences > 1 ||
  candidateId === choice?.candidateId ||
  configurations.length === 1;

function rateOf(one: Configuration, { plan }: RunResult): FleetRate[] {
  const generated = generatedRate(one, plan);
  const { objective, prefillTokensPerSecond, decodeTokensPerSecond } = one;
  if (!objective || !generated || !prefillTokensPerSecond || !decodeTokensPerSecond || one.trials < 1) return [];
  const { candidateId, candidate, trials, ttftMs, throughput, peakRssBytes, energyJoulesPerToken } = one;
  return [
    {
      ...{ candidateId, candidate, trials, objective, prefillTokensPerSecond, decodeTokensPerSecond, ttftMs },
      ...(throughput ? { throughput } : {}),
      ...{ peakRssBytes, energyJoulesPerToken },
      generatedTokensPerSecond: generated,
      engine: engineOf(one, plan.versions),
      isDefault: one.isDefault,
      meetsConstraints: one.meetsConstraints,
    },
  ];
}

/** Rates of different versions of an engine are never one number. */
function engineOf({ candidate: { backend } }: Configuration, versions: Record<string, string>): string {
  const { package: name, title } = BACKENDS[backend];
  return `${title} ${(name && versions[name]) ?? versions['r1-tune'] ?? ''}`.trim();
}
