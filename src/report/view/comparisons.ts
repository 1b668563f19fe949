import { baseCandidate, type Candidate, candidateId } from '../../core/candidate.js';
import type { Interval } from '../../core/interval.js';
import type { Configuration, RunResult } from '../../core/run-result.js';
import type { Answer } from './answer.js';

/** One way people set up an engine, against the default settings. */
export type Comparison = {
  id: 'chosen' | 'default' | 'physical-cores' | 'all-logical' | 'omp-variables';
  configuration: Configuration | null;
  /** Objective over that of the default configuration; null where it was not measured. */
  ratio: Interval | null;
  state: 'measured' | 'is-default' | 'is-chosen' | 'not-measured' | 'failed' | 'not-read';
};

/**
 * The chosen configuration and the rules of thumb of the seed articles, each against the default settings.
 * OMP_* variables are read by neither engine, so they cannot be a configuration: `r1-tune claims` shows it.
 */
export function comparisons(run: RunResult, answer: Answer): Comparison[] {
  const base = run.plan.defaultCandidate;
  const { allowed } = run.machine.topology;
  const plain = (threads: number): Candidate => baseCandidate(base.backend, base.quant, threads);
  return [
    ...(answer.chosen && answer.verdict !== 'keep-default'
      ? [{ id: 'chosen' as const, ...measured(answer.chosen), ratio: answer.speedup?.ratio ?? answer.chosen.vsDefault }]
      : []),
    { id: 'default', configuration: answer.reference, ratio: null, state: 'is-default' },
    { id: 'physical-cores', ...look(run, answer, plain(allowed.cores)) },
    { id: 'all-logical', ...look(run, answer, plain(allowed.cpus.length)) },
    { id: 'omp-variables', configuration: null, ratio: null, state: 'not-read' },
  ];
}

type Found = Omit<Comparison, 'id'>;

function look(run: RunResult, answer: Answer, candidate: Candidate): Found {
  const id = candidateId(candidate);
  const configuration = run.configurations.find((one) => one.candidateId === id) ?? null;
  if (id === candidateId(run.plan.defaultCandidate)) return { configuration, ratio: null, state: 'is-default' };
  if (!configuration) return { configuration, ratio: null, state: 'not-measured' };
  if (configuration === answer.chosen) return { ...measured(configuration), state: 'is-chosen' };
  return measured(configuration);
}

function measured(configuration: Configuration): Found {
  if (configuration.objective) return { configuration, ratio: configuration.vsDefault, state: 'measured' };
  return { configuration, ratio: null, state: configuration.failures.length ? 'failed' : 'not-measured' };
}
