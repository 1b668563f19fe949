import { candidateLabel } from '../../core/candidate.js';
import type { MetricVerdict } from '../../sweeps/gate-rule.js';
import type { GateResult } from './result.js';

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

/** Markdown for a step summary or a pull-request comment. */
export function gateMarkdown(result: GateResult): string {
  const sign = { PASS: '✅', FAIL: '❌', INCONCLUSIVE: '❔', INVALID: '⚠️' }[result.verdict];
  return [
    `### ${sign} r1-tune gate: ${result.verdict}${result.isBlocking ? '' : ' (advisory)'}`,
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

const xml = (text: string): string =>
  [...text]
    .filter((c) => c === '\n' || c >= ' ')
    .join('')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');

/** JUnit: one test case a metric; inconclusive and invalid are skipped, so that they neither pass nor fail. */
export function gateJunit(result: GateResult): string {
  const names = result.mode === 'exact' ? (result.exact?.checks.map((c) => c.name) ?? []) : result.metrics;
  const verdictOf = (name: string): string => {
    if (result.verdict === 'INVALID') return 'INVALID';
    if (result.paired) return result.paired.metrics[name]?.verdict ?? result.verdict;
    if (result.stored) return result.stored[name]?.verdict ?? result.verdict;
    const state = result.exact?.checks.find((c) => c.name === name)?.state;
    return state === 'broken' ? 'FAIL' : state === 'met' ? 'PASS' : 'INCONCLUSIVE';
  };
  const reason = xml(result.reasons.join(' '));
  const cases = names.map((name) => {
    const verdict = verdictOf(name);
    const inner =
      verdict === 'FAIL'
        ? `<failure message="${reason}"/>`
        : verdict === 'PASS'
          ? ''
          : `<skipped message="${verdict}: ${reason}"/>`;
    return { verdict, text: `    <testcase classname="r1-tune.gate" name="${xml(name)}">${inner}</testcase>` };
  });
  const count = (...wanted: string[]): number => cases.filter((c) => wanted.includes(c.verdict)).length;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<testsuites>',
    `  <testsuite name="r1-tune gate" tests="${cases.length}" failures="${count('FAIL')}" skipped="${count('INCONCLUSIVE', 'INVALID')}">`,
    ...cases.map((c) => c.text),
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
