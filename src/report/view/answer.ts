import { knobDifferences } from '../../core/candidate.js';
import type { Configuration, RunResult, Speedup } from '../../core/run-result.js';
import { shellWord } from '../../core/shell-word.js';

/** The decision as the report tells it. */
export type Answer = {
  /** `none`: nothing viable was found. */
  verdict: 'faster' | 'keep-default' | 'unconfirmed' | 'none';
  chosen: Configuration | null;
  /** The default configuration as measured. */
  reference: Configuration | null;
  /** Knobs of the chosen one that differ from the default, as `name=value`. */
  changes: string[];
  speedup: Speedup | null;
  /** Not shown to be more than 2 % worse, without the chosen one. */
  equals: Configuration[];
  serveCommand: string | null;
};

export function answerOf(run: RunResult, runFolder: string): Answer {
  const byId = new Map(run.configurations.map((configuration) => [configuration.candidateId, configuration]));
  const chosen = run.choice ? (byId.get(run.choice.candidateId) ?? null) : null;
  const equals = run.choice?.equals.filter((id) => id !== run.choice?.candidateId) ?? [];
  return {
    verdict: run.choice && chosen ? run.choice.verdict : 'none',
    chosen,
    reference: run.configurations.find((configuration) => configuration.isDefault) ?? null,
    changes: chosen ? knobDifferences(chosen.candidate, run.plan.defaultCandidate) : [],
    speedup: chosen ? (run.choice?.speedup ?? null) : null,
    equals: equals.flatMap((id) => byId.get(id) ?? []),
    serveCommand: chosen ? `r1-tune serve --profile ${shellWord(`${runFolder}/best.json`)}` : null,
  };
}
