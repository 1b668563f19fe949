import type { Machine } from '../../core/machine.js';
import type { Measurement, Sentinel, TrialPhase } from '../../core/outcome.js';
import type { Clock, Host } from '../../core/ports.js';
import { runSentinel } from '../../probes/bandwidth/sentinel.js';
import { runDeployment } from '../../runners/launch-replicas.js';
import type { ModelArm } from '../../sweeps/space.js';
import type { Trial } from '../../sweeps/sweep.js';
import { engineCacheFolder } from '../home.js';

export type MeasureSettings = {
  host: Host;
  clock: Clock;
  machine: Machine;
  arms: readonly ModelArm[];
  contextTokens: number;
  /** Deadline of a trial, ms. */
  deadlineMs: (trial: Trial) => number;
  signal: AbortSignal;
  /** Injected slow-down, a share of each decode step: for testing the gate. */
  slowdown?: (trial: Trial) => number;
  /** False leaves out the sentinel readings around trials. */
  sentinels?: boolean;
  /** Trial child of another install; the default is this one's. */
  entry?: string;
};

export function environmentOf(host: Host): Record<string, string> {
  const own = host.envNames().flatMap((name) => {
    const value = host.env(name);
    return value === undefined ? [] : [[name, value] as const];
  });
  return { ...Object.fromEntries(own), R1TUNE_ENGINE_CACHE: engineCacheFolder(host) };
}

/** Phases whose trials are compared in pairs or blocks; the others would pay for sentinels that nobody reads. */
const WATCHED = new Set<TrialPhase>(['race', 'confirm', 'gate']);
/** The reading after one trial serves as the one before the next when no more time than this lies between. */
const FRESH_MS = 2_000;

/** Sentinel readings around trials. A trial that was stopped or failed has none. */
export function watchWithSentinels({ machine, clock, signal }: Pick<MeasureSettings, 'machine' | 'clock' | 'signal'>) {
  let last: { sentinel: Sentinel | null; atMs: number } | null = null;
  const read = async (): Promise<Sentinel | null> => {
    const sentinel = await runSentinel(machine, signal);
    last = { sentinel, atMs: clock.monotonicMs() };
    return sentinel;
  };
  return async (measure: () => Promise<Measurement>): Promise<Measurement> => {
    const before = last && clock.monotonicMs() - last.atMs < FRESH_MS ? last.sentinel : await read();
    const measurement = await measure();
    if (signal.aborted) return measurement;
    const after = await read();
    return { ...measurement, sentinels: before && after ? { before, after } : null };
  };
}

/** The measure function that a sweep is given: one trial in a fresh child process. */
export function createMeasure(settings: MeasureSettings): (trial: Trial) => Promise<Measurement> {
  const env = environmentOf(settings.host);
  const watch = watchWithSentinels(settings);
  const launch = (trial: Trial): Promise<Measurement> => {
    const { candidate, workload } = trial;
    const arm = settings.arms.find((a) => a.backend === candidate.backend && a.model.quant === candidate.quant)!;
    const request = {
      candidate,
      model: arm.model,
      workload,
      contextTokens: settings.contextTokens,
      slowdown: settings.slowdown?.(trial) ?? 0,
    };
    const { signal, entry } = settings;
    return runDeployment(request, { env, deadlineMs: settings.deadlineMs(trial), signal, ...(entry ? { entry } : {}) });
  };
  return (trial) =>
    settings.sentinels !== false && WATCHED.has(trial.phase) ? watch(() => launch(trial)) : launch(trial);
}
