import { candidateLabel } from '../../core/candidate.js';
import type { GateResult } from '../../runs/gate/result.js';
import type { MetricVerdict } from '../../sweeps/gate/rule.js';

const percent = (share: number | null): string => (share === null ? 'not known' : `${(share * 100).toFixed(1)} %`);
const change = (ratio: number | null): string =>
  ratio === null ? 'not known' : `${ratio >= 1 ? '+' : '−'}${Math.abs((ratio - 1) * 100).toFixed(1)} %`;

/** The one line on stderr. */
export const gateLine = (result: GateResult): string =>
  `gate ${result.verdict}${result.isBlocking ? '' : ' (advisory)'}: ${result.reasons.join(' ')}`;

/** Characters with a meaning in a Markdown table, made harmless. */
export const cell = (text: string): string => text.replace(/[\\|`*_<>[\]]/g, '\\$&').replace(/\s+/g, ' ');

const metricRow = ([name, m]: [string, MetricVerdict]): string =>
  `| ${name} | ${m.verdict} | ${change(m.ratio)} | ${change(m.passLimit)} | ${change(m.failLimit)} | ${m.pairs} | ${percent(m.minimumDetectable)} |`;

function pairedTable(result: GateResult): string[] {
  if (!result.paired) return [];
  return [
    '| Metric | Verdict | Change | Lower limit (95 %) | Upper limit (gate level) | Pairs | Detectable loss |',
    '|---|---|---|---|---|---|---|',
    ...Object.entries(result.paired.metrics).map(metricRow),
    '',
    `${result.paired.validPairs} valid pairs, ${result.paired.voidPairs} void. A change below 0 is worse, whatever the metric.`,
  ];
}

function exactTable(result: GateResult): string[] {
  if (!result.exact) return [];
  const rows = result.exact.checks.map(
    (c) => `| ${cell(c.name)} | ${c.state} | ${c.operator} ${cell(c.expected)} | ${cell(c.actual)} |`,
  );
  return ['| Fact | State | Expected | Is |', '|---|---|---|---|', ...rows];
}

function storedTable(result: GateResult): string[] {
  if (!result.stored) return [];
  const rows = Object.entries(result.stored).map(
    ([name, s]) => `| ${name} | ${s.verdict} | ${change(s.ratio)} | ${change(s.limit)} | ${s.earlierCount} |`,
  );
  return ['| Metric | Verdict | Change | Surprising below | Earlier runs |', '|---|---|---|---|---|', ...rows];
}

/** The first line of a comment: what to do, before any number. */
function whatToDo({ verdict, isBlocking, mode }: GateResult): string {
  if (verdict === 'PASS') return 'nothing to do';
  if (verdict === 'FAIL' && !isBlocking) return 'look at it; it does not block';
  if (verdict === 'FAIL' && mode === 'exact') return 'undo what changed, or commit a new baseline with it';
  if (verdict === 'FAIL')
    return 'find the loss in this change, or tune again and commit the new profile as the baseline';
  if (verdict === 'INCONCLUSIVE') return 'no verdict; run it again, with nothing else on the machine';
  return 'no verdict on this change; the reason below says what would help';
}

/** Markdown for a step summary or a pull-request comment. */
export function gateMarkdown(result: GateResult): string {
  const sign = { PASS: '✅', FAIL: '❌', INCONCLUSIVE: '❔', INVALID: '⚠️' }[result.verdict];
  return [
    `### ${sign} r1-tune gate: ${result.verdict}${result.isBlocking ? '' : ' (advisory)'} – ${whatToDo(result)}`,
    '',
    ...result.reasons.map((reason) => `- ${cell(reason)}`),
    '',
    ...pairedTable(result),
    ...storedTable(result),
    ...exactTable(result),
    '',
    `Baseline: ${cell(candidateLabel(result.baseline.candidate))} · candidate: ${cell(candidateLabel(result.candidate.candidate))}`,
    `Mode ${result.mode}, margin ${percent(result.margin)}, false-alarm rate at most ${percent(result.alpha)}. ${cell(result.baseline.machine.description)}`,
    '',
  ].join('\n');
}

/** Characters that XML 1.0 has no way to write: control characters, halves of surrogate pairs, U+FFFE and U+FFFF. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is to be removed
const NOT_XML = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g;

const xml = (text: string): string =>
  text
    .toWellFormed()
    .replace(NOT_XML, '')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');

type Case = { name: string; verdict: GateResult['verdict'] };

function casesOf(result: GateResult): Case[] {
  const { exact, paired, stored, verdict, metrics } = result;
  if (exact) {
    const verdicts = { met: 'PASS', broken: 'FAIL', 'not-known': 'INCONCLUSIVE' } as const;
    return exact.checks.map((c) => ({ name: c.name, verdict: verdicts[c.state] }));
  }
  const own = (name: string) => (paired?.metrics[name] ?? stored?.[name])?.verdict ?? verdict;
  return metrics.map((name) => ({ name, verdict: verdict === 'INVALID' ? verdict : own(name) }));
}

function caseText({ name, verdict }: Case, isBlocking: boolean, reason: string): string {
  const inner =
    verdict === 'PASS'
      ? ''
      : verdict === 'FAIL' && isBlocking
        ? `<failure message="${reason}"/>`
        : `<skipped message="${verdict}${verdict === 'FAIL' ? ' (advisory)' : ''}: ${reason}"/>`;
  return `    <testcase classname="r1-tune.gate" name="${xml(name)}">${inner}</testcase>`;
}

/**
 * JUnit: one test case a metric or exact fact. Inconclusive, invalid and advisory verdicts are skipped, so that they neither
 * pass nor fail; a gate that failed for another reason (the candidate does not run) has a case for that.
 */
export function gateJunit(result: GateResult): string {
  const { verdict, isBlocking } = result;
  const known = casesOf(result);
  const isUnseen = verdict === 'FAIL' && !known.some((c) => c.verdict === 'FAIL');
  const cases = isUnseen ? [...known, { name: 'the candidate runs', verdict }] : known;
  const reason = xml(result.reasons.join(' '));
  const failures = isBlocking ? cases.filter((c) => c.verdict === 'FAIL').length : 0;
  const skipped = cases.filter((c) => c.verdict !== 'PASS').length - failures;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<testsuites>',
    `  <testsuite name="r1-tune gate" tests="${cases.length}" failures="${failures}" skipped="${skipped}">`,
    ...cases.map((c) => caseText(c, isBlocking, reason)),
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n');
}

const annotationText = (text: string): string =>
  text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');

/** A GitHub Actions annotation, or null when there is nothing to point at. */
export function gateAnnotation(result: GateResult): string | null {
  if (result.verdict === 'PASS') return null;
  const level = result.verdict === 'FAIL' && result.isBlocking ? 'error' : 'warning';
  return `::${level} title=r1-tune gate ${result.verdict}::${annotationText(result.reasons.join(' '))}`;
}
