import { knobDifferences } from '../../core/candidate.js';
import type { Interval } from '../../core/interval.js';
import type { Configuration, RunResult, Speedup, Standing } from '../../core/run-result.js';
import { shellWord } from '../../core/shell-word.js';

/** A configuration and how many times as fast as the chosen one it is. */
export type Ranked = { configuration: Configuration; ratio: Interval };

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
  /** What the speed-up is of: the chosen one, or the best rival of a default that is kept. */
  compared: Configuration | null;
  /** Why an unconfirmed choice was not compared: the default failed or broke a constraint. */
  isDefaultViable: boolean;
  /** Measured enough and not shown to be more than 2 % worse than the chosen one, best first. */
  equals: Ranked[];
  /** Shown to be more than 2 % faster by blocks that took part in the choice, and not confirmed. */
  better: Ranked[];
  /** Shown to be more than 2 % worse. */
  worse: number;
  /** Not measured enough to rank. */
  unranked: number;
  /** Probability that the chosen one is within 2 % of the best of all configurations; null where it is not known. */
  probabilityNearBest: number | null;
  serveCommand: string | null;
};

export function answerOf(run: RunResult, runFolder: string): Answer {
  const byId = new Map(run.configurations.map((configuration) => [configuration.candidateId, configuration]));
  const chosen = run.choice ? (byId.get(run.choice.candidateId) ?? null) : null;
  const reference = run.configurations.find((configuration) => configuration.isDefault) ?? null;
  // Runs of versions before the standings ranked by the race alone: their list is not repeated.
  const standings = run.choice?.standings ?? [];
  const placed = (place: Standing['place']): Standing[] => standings.filter((one) => one.place === place);
  const ranked = (place: Standing['place']): Ranked[] =>
    placed(place).flatMap(({ candidateId, ratio }) => {
      const configuration = byId.get(candidateId);
      return configuration && ratio ? [{ configuration, ratio }] : [];
    });
  return {
    verdict: run.choice && chosen ? run.choice.verdict : 'none',
    chosen,
    reference,
    changes: chosen ? knobDifferences(chosen.candidate, run.plan.defaultCandidate) : [],
    speedup: chosen ? (run.choice?.speedup ?? null) : null,
    compared: byId.get(run.choice?.comparedId ?? '') ?? (run.choice?.verdict === 'faster' ? chosen : null),
    isDefaultViable: reference?.objective != null && reference.meetsConstraints,
    equals: ranked('equal'),
    better: ranked('better'),
    worse: placed('worse').length,
    unranked: placed('not-ranked').length,
    probabilityNearBest: run.choice?.probabilityNearBest ?? null,
    serveCommand: chosen ? `r1-tune serve --profile ${shellWord(`${runFolder}/best.json`)}` : null,
  };
}
