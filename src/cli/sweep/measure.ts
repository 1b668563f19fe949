import type { Measurement } from '../../core/outcome.js';
import type { Host } from '../../core/ports.js';
import { runTrial } from '../../runners/launch.js';
import type { ModelArm } from '../../sweeps/space.js';
import type { Trial } from '../../sweeps/sweep.js';
import { engineCacheFolder } from '../home.js';

export type MeasureSettings = {
  host: Host;
  arms: readonly ModelArm[];
  contextTokens: number;
  /** Deadline of a trial, ms. */
  deadlineMs: (trial: Trial) => number;
  signal: AbortSignal;
  /** Injected slow-down, a share of each decode step: for testing the gate. */
  slowdown?: (trial: Trial) => number;
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

/** The measure function that a sweep is given: one trial in a fresh child process. */
export function createMeasure(settings: MeasureSettings): (trial: Trial) => Promise<Measurement> {
  const env = environmentOf(settings.host);
  return (trial) => {
    const arm = settings.arms.find(
      (a) => a.backend === trial.candidate.backend && a.model.quant === trial.candidate.quant,
    )!;
    const request = {
      candidate: trial.candidate,
      model: arm.model,
      workload: trial.workload,
      contextTokens: settings.contextTokens,
      slowdown: settings.slowdown?.(trial) ?? 0,
    };
    return runTrial(request, {
      env,
      deadlineMs: settings.deadlineMs(trial),
      signal: settings.signal,
      ...(settings.entry ? { entry: settings.entry } : {}),
    });
  };
}
