import type { Trial } from '../../src/core/experiment.js';
import type { Measurement, Outcome } from '../../src/core/outcome.js';
import { type ExperimentPorts, leftOf, type PortSettings } from '../../src/runs/experiment/ports.js';

/** Ports of the block loop without processes: outcomes are kept in memory, and a clock moves 10 ms a look. */
export function fakePorts(
  measure: (trial: Trial, number: number) => Measurement,
  more: { known?: readonly Outcome[]; signal?: AbortSignal; budget?: PortSettings['budget'] } = {},
) {
  const outcomes: Outcome[] = [...(more.known ?? [])];
  const repeats: string[] = [];
  let now = 0;
  let calls = 0;
  const ports: ExperimentPorts = {
    measure: async (trial) => measure(trial, calls++),
    log: { outcomes, append: (outcome) => void outcomes.push(outcome) },
    leftMs: () => leftOf(outcomes, more.budget),
    onTrial: () => {},
    onOutcome: () => {},
    onRepeat: ({ phase, number }) => void repeats.push(`${phase} ${number}`),
    clock: { now: () => 1e12, monotonicMs: () => (now += 10), sleep: async () => {} },
    signal: more.signal ?? new AbortController().signal,
  };
  return { ports, outcomes, repeats };
}
