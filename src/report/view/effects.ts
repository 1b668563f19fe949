import { type Candidate, knobDifferences } from '../../core/candidate.js';
import type { Interval } from '../../core/interval.js';
import type { RunResult } from '../../core/run-result.js';

/** What one value of one knob does to the objective, all other knobs equal. */
export type Effect = { axis: string; value: string; reference: string; ratio: Interval };

/** Threads and quantization have charts of their own. */
const ELSEWHERE = new Set(['backend', 'quant', 'threads', 'threadsBatch']);

/** Effects the run has computed, else those of configurations that differ from the default in one knob only. */
export function effects(run: RunResult): Effect[] {
  if (run.effects) return run.effects.map(({ axis, value, reference, ratio }) => ({ axis, value, reference, ratio }));
  const base = run.plan.defaultCandidate;
  return run.configurations
    .flatMap((configuration) => {
      const differences = knobDifferences(configuration.candidate, base);
      const [axis = '', value = ''] = split(differences[0] ?? '');
      if (differences.length !== 1 || !configuration.vsDefault || ELSEWHERE.has(axis)) return [];
      return [
        { axis, value, reference: writtenValue(configuration.candidate, base, axis), ratio: configuration.vsDefault },
      ];
    })
    .sort((a, b) => a.axis.localeCompare(b.axis, 'en') || b.ratio.estimate - a.ratio.estimate);
}

const split = (difference: string): string[] => {
  const at = difference.indexOf('=');
  return [difference.slice(0, at), difference.slice(at + 1)];
};

/** How the default's value of the axis is written. */
function writtenValue(candidate: Candidate, base: Candidate, axis: string): string {
  const [back = ''] = knobDifferences(base, candidate).filter((difference) => difference.startsWith(`${axis}=`));
  return split(back)[1] ?? '';
}
