import type { ClaimResult, ClaimsDocument } from '../core/claims.js';
import { contrastText, levelText, VERDICT_WORDS } from './texts.js';

/** The claims as rows of text, for Markdown, a report or a terminal. */
export type ClaimsTable = {
  /** What the rows hold for. */
  caption: string;
  rows: ClaimRow[];
};
export type ClaimRow = {
  number: number;
  claim: string;
  sources: string;
  verdict: ClaimResult['verdict'];
  verdictWords: string;
  finding: string;
  rule: string;
  comparisons: { name: string; text: string; expected: string; decides: boolean }[];
  levels: { name: string; text: string; note: string }[];
  notes: string[];
  /** Trials and blocks, in words. */
  effort: string;
};

function effortText({ arms, blocks, blocksRepeated }: ClaimResult): string {
  const trials = arms.reduce((sum, arm) => sum + arm.trials, 0);
  if (trials === 0) return 'no trial';
  const repeated = blocksRepeated === 0 ? '' : `, ${blocksRepeated} repeated`;
  return `${trials} processes in ${blocks} blocks${repeated}`;
}

const rowOf = (result: ClaimResult): ClaimRow => ({
  number: result.number,
  claim: result.statement,
  sources: result.sources.join(', '),
  verdict: result.verdict,
  verdictWords: VERDICT_WORDS[result.verdict],
  finding: result.finding,
  rule: result.rule,
  comparisons: result.contrasts.map((contrast) => ({
    name: contrast.name,
    text: contrastText(contrast),
    expected: contrast.expected,
    decides: contrast.decides,
  })),
  levels: result.facts.map(({ name, unit, value, note }) => ({ name, text: levelText(value, unit), note: note ?? '' })),
  notes: result.notes,
  effort: effortText(result),
});

/** Data only: a report can embed it without knowing what a claim is. */
export const claimsTable = (document: ClaimsDocument): ClaimsTable => ({
  caption: `${document.machineDescription}; ${document.plan.modelId}; ${document.finishedAt.slice(0, 10)}`,
  rows: document.results.map(rowOf),
});
