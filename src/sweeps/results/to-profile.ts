import { modelFor } from '../../core/backends.js';
import type { Machine } from '../../core/machine.js';
import { PROFILE_VERSION, type Profile } from '../../core/profile.js';
import type { Configuration, RunResult } from '../../core/run-result.js';

export const describeMachine = (machine: Machine): string => {
  const { allowed } = machine.topology;
  return `${machine.cpu.model.value ?? machine.platform.arch}, ${allowed.cpus.length} CPUs on ${allowed.cores} cores allowed`;
};

function besideOthers({ neighbour }: RunResult, { candidateId }: Configuration): Pick<Profile, 'neighbour'> {
  const arm = neighbour?.arms.find((one) => one.candidateId === candidateId);
  if (!neighbour || !arm) return {};
  const { decodeTokensPerSecond, overAlone } = arm;
  return { neighbour: { environment: neighbour.environment, decodeTokensPerSecond, overAlone } };
}

/** A configuration of a run as a deployment with its proof. Throws nothing: a measured configuration is a profile. */
export function toProfile(run: RunResult, configuration: Configuration, name: string): Profile {
  const { plan, machine, choice } = run;
  const { candidate } = configuration;
  const trials = run.outcomes.filter(({ candidateId }) => candidateId === configuration.candidateId);
  const effective = trials.find((trial) => trial.effective)?.effective;
  const isChosen = choice?.candidateId === configuration.candidateId;
  return {
    schemaVersion: PROFILE_VERSION,
    kind: 'r1-tune/profile',
    name,
    createdAt: run.finishedAt,
    model: modelFor(plan.models, candidate)!,
    modelId: plan.modelId,
    candidate,
    contextTokens: plan.contextTokens,
    objective: plan.objective,
    request: plan.request,
    workload: plan.workloads.full,
    verdict: isChosen ? choice.verdict : 'unconfirmed',
    expected: {
      prefillTokensPerSecond: configuration.prefillTokensPerSecond!,
      decodeTokensPerSecond: configuration.decodeTokensPerSecond!,
      ttftMs: configuration.ttftMs!,
      peakRssBytes: configuration.peakRssBytes,
      loadMs: configuration.loadMs?.estimate ?? null,
      cpuSecondsPerToken: configuration.cpuSecondsPerToken,
      ...(configuration.throughput ? { throughput: configuration.throughput } : {}),
      energyJoulesPerToken: configuration.energyJoulesPerToken,
    },
    speedup: isChosen && choice.verdict === 'faster' ? choice.speedup : null,
    ...besideOthers(run, configuration),
    baseline: plan.defaultCandidate,
    constraints: plan.constraints,
    machine: {
      fingerprint: machine.fingerprint.hash,
      hard: machine.fingerprint.hard,
      soft: machine.fingerprint.soft,
      description: describeMachine(machine),
    },
    provenance: {
      run: run.id,
      versions: plan.versions,
      ...(effective ? { engine: effective.engine } : {}),
      ...(effective?.properties ? { properties: effective.properties } : {}),
      gitCommit: plan.gitCommit,
      seed: plan.seed,
      trials: run.outcomes.length,
    },
  };
}
