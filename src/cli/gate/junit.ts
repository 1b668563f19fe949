import type { GateResult } from '../../runs/gate/result.js';

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

const secondsOf = ({ startedAt, finishedAt }: GateResult): string =>
  ((Date.parse(finishedAt) - Date.parse(startedAt)) / 1000).toFixed(1);

type Case = { name: string; verdict: GateResult['verdict'] };

function casesOf(result: GateResult): Case[] {
  const { exact, paired, stored, history, verdict, metrics } = result;
  if (exact) {
    const verdicts = { met: 'PASS', broken: 'FAIL', 'not-known': 'INCONCLUSIVE' } as const;
    return exact.checks.map((c) => ({ name: c.name, verdict: verdicts[c.state] }));
  }
  const own = (name: string) => (paired?.metrics[name] ?? stored?.[name] ?? history?.[name])?.verdict ?? verdict;
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
    `  <testsuite name="r1-tune gate" tests="${cases.length}" failures="${failures}" skipped="${skipped}" time="${secondsOf(result)}" timestamp="${xml(result.startedAt)}">`,
    ...cases.map((c) => caseText(c, isBlocking, reason)),
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n');
}
