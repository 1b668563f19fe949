import type { ReportView } from './view/view.js';

/** History of the format. 1: first. */
export const REPORT_VERSION = 1;

/** What the report says, in numbers, without the trials: those are in run.json and trials.csv. */
export function reportJson({ run, options, ...view }: ReportView): string {
  const { id, status, startedAt, finishedAt, plan, noise: _noise, outcomes, warnings, configurations } = run;
  const document = {
    schemaVersion: REPORT_VERSION,
    kind: 'r1-tune/report',
    run: { id, status, startedAt, finishedAt, seed: plan.seed, versions: plan.versions, gitCommit: plan.gitCommit },
    objective: plan.objective,
    request: plan.request,
    trials: outcomes.length,
    ...view,
    answer: withIds(view.answer),
    comparisons: view.comparisons.map(withIds),
    quantization: {
      ...view.quantization,
      points: view.quantization.points.map(withIds),
      rows: view.quantization.rows.map(withIds),
    },
    costs: view.costs.map(({ cost }) => cost),
    currency: options.cost?.currency ?? null,
    configurations,
    warnings,
    excluded: plan.excluded,
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

/** Configurations are listed once; elsewhere their ids stand for them. */
function withIds<T extends object>(value: T): Record<string, unknown> {
  const shorten = (part: unknown): unknown => {
    if (Array.isArray(part)) return part.map(shorten);
    return typeof part === 'object' && part !== null && 'candidateId' in part ? part.candidateId : part;
  };
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, shorten(part)]));
}
