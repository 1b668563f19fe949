import { REPORT_VERSION, type ReportDocument } from './report-document.js';
import type { ReportView } from './view/view.js';

/** The report for machines: `r1-tune/report`, see report-document.ts. */
export const reportJson = (view: ReportView): string => `${JSON.stringify(reportDocument(view), null, 2)}\n`;

function reportDocument(view: ReportView): ReportDocument {
  const { run, answer, curves, effects, costs, ownership, machine, models, isSynthetic } = view;
  const { plan } = run;
  return {
    schemaVersion: REPORT_VERSION,
    kind: 'r1-tune/report',
    run: origin(view),
    ...{ machine, models, isSynthetic, objective: plan.objective, request: plan.request },
    answer: {
      verdict: answer.verdict,
      chosen: answer.chosen?.candidateId ?? null,
      reference: answer.reference?.candidateId ?? null,
      changes: answer.changes,
      speedup: answer.speedup,
      compared: answer.compared?.candidateId ?? null,
      equals: answer.equals.map(({ configuration }) => configuration.candidateId),
      standings: run.choice?.standings ?? [],
      serveCommand: answer.serveCommand,
    },
    goals: run.goals ?? [],
    comparisons: view.comparisons.map((row) => ({ ...row, configuration: row.configuration?.candidateId ?? null })),
    decodeCurves: curves.decode,
    prefillCurves: curves.prefill,
    quality: run.quality,
    effects,
    costs: costs.map(({ cost }) => cost),
    ownership,
    currency: view.options.cost?.currency ?? null,
    configurations: run.configurations,
    warnings: run.warnings,
    excluded: plan.excluded,
  };
}

function origin({ run }: ReportView): ReportDocument['run'] {
  const { id, status, startedAt, finishedAt, plan, noise, outcomes } = run;
  const { seed, gitCommit, versions } = plan;
  const { voidedTrials } = noise;
  return { id, status, startedAt, finishedAt, seed, gitCommit, versions, trials: outcomes.length, voidedTrials };
}
