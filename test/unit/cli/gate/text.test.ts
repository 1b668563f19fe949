import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { gateJunit } from '../../../../src/cli/gate/junit.js';
import { cell, gateMarkdown } from '../../../../src/cli/gate/markdown.js';
import { COMMENT_MARKER } from '../../../../src/cli/gate/outputs.js';
import { gateAnnotation, gateLine } from '../../../../src/cli/gate/words.js';
import type { GateResult } from '../../../../src/runs/gate/result.js';
import { exactVerdict } from '../../../../src/sweeps/gate/exact.js';
import { gateVerdict } from '../../../../src/sweeps/gate/paired.js';
import { storedVerdict } from '../../../../src/sweeps/gate/stored.js';
import { sampleProfile } from '../../../helpers/sample-profile.js';

const METRICS = [
  { name: 'decode', better: 'higher' as const },
  { name: 'ttft', better: 'lower' as const },
];

/** Pairs whose candidate decodes at `share` of the baseline, with a little noise; null: it gave no number. */
function paired(share: number | null, count = 30): GateResult {
  const pairs = Array.from({ length: count }, (_, i) => ({
    baseline: { decode: 20 + 0.01 * i, ttft: 100 },
    candidate: { decode: share === null ? null : 20 * share + 0.013 * i, ttft: 100 },
  }));
  const verdict = gateVerdict(pairs, { metrics: METRICS, margin: 0.05, alpha: 0.01 });
  return result({ verdict: verdict.verdict, reasons: verdict.reasons, paired: verdict });
}

const profile = sampleProfile();

function result(changes: Partial<GateResult> = {}): GateResult {
  return {
    schemaVersion: 1,
    kind: 'r1-tune/gate',
    mode: 'paired',
    verdict: 'PASS',
    isBlocking: true,
    reasons: ['decode is within the margin.'],
    margin: 0.05,
    alpha: 0.01,
    seed: 1,
    preflight: null,
    metrics: METRICS.map((m) => m.name),
    baseline: profile,
    candidate: profile,
    paired: null,
    stored: null,
    history: null,
    exact: null,
    pairs: [],
    startedAt: '2026-03-01T08:00:00.000Z',
    finishedAt: '2026-03-01T08:10:00.000Z',
    ...changes,
  };
}

function exact(changes: Partial<GateResult> = {}): GateResult {
  const facts = { peakRssBytes: 1e9, modelSha256: 'aa', modelFileBytes: 5, greedyTokens: null, quality: null };
  const verdict = exactVerdict(facts, { ...facts, modelSha256: 'bb', peakRssBytes: null });
  return result({ mode: 'exact', verdict: verdict.verdict, reasons: verdict.reasons, exact: verdict, ...changes });
}

function stored(now: number, earlier: number[]): GateResult {
  const verdict = storedVerdict({ earlier, now, better: 'higher' });
  return result({
    mode: 'stored',
    metrics: ['decode'],
    verdict: verdict.verdict,
    isBlocking: verdict.isBlocking,
    reasons: verdict.reasons,
    stored: { decode: verdict },
  });
}

/** Elements and attributes of the little XML that JUnit files are; throws for text that is not well-formed. */
function readXml(text: string): { name: string; attributes: Record<string, string> }[] {
  const found: { name: string; attributes: Record<string, string> }[] = [];
  const open: string[] = [];
  const body = text.replace(/^<\?xml version="1\.0" encoding="UTF-8"\?>\n/, '');
  if (body === text) throw new Error('no declaration');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: exactly what XML 1.0 forbids
  if (/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])/.test(text))
    throw new Error('a character that XML 1.0 does not allow');
  let at = 0;
  for (const match of body.matchAll(/<(\/?)([\w-]+)((?:\s+[\w-]+="[^"<]*")*)\s*(\/?)>/g)) {
    if (body.slice(at, match.index).trim() !== '') throw new Error(`text between tags: ${body.slice(at, match.index)}`);
    at = match.index + match[0].length;
    const [, closing, name, attributes, empty] = match;
    if (closing) {
      if (open.pop() !== name) throw new Error(`</${name}> closes nothing`);
      continue;
    }
    const entries = [...attributes!.matchAll(/([\w-]+)="([^"]*)"/g)].map(([, key, value]) => {
      if (/&(?!(amp|lt|gt|quot|apos|#\d+);)/.test(value!)) throw new Error(`a bare & in ${value}`);
      return [key!, plain(value!)] as const;
    });
    found.push({ name: name!, attributes: Object.fromEntries(entries) });
    if (!empty) open.push(name!);
  }
  if (body.slice(at).trim() !== '' || open.length > 0) throw new Error('not closed');
  return found;
}

const plain = (text: string): string =>
  text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&quot;', '"').replaceAll('&amp;', '&');

function junit(of: GateResult) {
  const elements = readXml(gateJunit(of));
  const suite = elements.find((e) => e.name === 'testsuite')!.attributes;
  const count = (name: string) => elements.filter((e) => e.name === name).length;
  expect(Number(suite.tests)).toBe(count('testcase'));
  expect(Number(suite.failures)).toBe(count('failure'));
  expect(Number(suite.skipped)).toBe(count('skipped'));
  return {
    names: elements.filter((e) => e.name === 'testcase').map((e) => e.attributes.name),
    failures: elements.filter((e) => e.name === 'failure').map((e) => e.attributes.message!),
    skipped: elements.filter((e) => e.name === 'skipped').map((e) => e.attributes.message!),
  };
}

describe('JUnit', () => {
  it('a pass has one passed case a metric', () =>
    expect(junit(paired(1))).toEqual({ names: ['decode', 'ttft'], failures: [], skipped: [] }));

  it('a regression fails its own metric only', () => {
    const { failures, skipped } = junit(paired(0.75));
    expect(failures).toEqual([expect.stringMatching(/decode is worse by 2\d\.\d %/)]);
    expect(skipped).toEqual([]);
  });

  it('inconclusive is skipped: neither passed nor failed', () => {
    const { failures, skipped } = junit(paired(1, 5));
    expect(failures).toEqual([]);
    expect(skipped).toEqual([expect.stringMatching(/^INCONCLUSIVE: /), expect.stringMatching(/^INCONCLUSIVE: /)]);
  });

  it('invalid skips every metric', () => {
    const { failures, skipped } = junit(result({ verdict: 'INVALID', reasons: ['Another machine.'] }));
    expect(failures).toEqual([]);
    expect(skipped).toEqual(['INVALID: Another machine.', 'INVALID: Another machine.']);
  });

  it('exact facts are cases of their own', () => {
    const { names, failures } = junit(exact());
    expect(names).toContain('model sha256');
    expect(failures).toEqual(['model sha256 is bb, expected equal aa.']);
  });

  it('a candidate that does not run fails, in every mode', () => {
    expect(paired(null, 3).verdict).toBe('FAIL');
    expect(junit(paired(null, 3)).failures).toEqual([expect.stringMatching(/gave no number in 3 of 3 pairs/)]);
    const facts = { peakRssBytes: 1e9, modelSha256: 'aa', modelFileBytes: 5, greedyTokens: null, quality: null };
    const fine = exactVerdict(facts, { ...facts, peakRssBytes: null });
    const reasons = ['The candidate did not run: crashed: SIGSEGV.'];
    expect(junit(exact({ verdict: 'FAIL', reasons, exact: fine })).failures).toEqual(reasons);
  });

  it('advice is no failure', () => {
    const advisory = stored(15, [20, 20.1, 19.9, 20.05]);
    expect(advisory).toMatchObject({ verdict: 'FAIL', isBlocking: false });
    expect(junit(advisory)).toMatchObject({ failures: [], skipped: [expect.stringMatching(/^FAIL \(advisory\): /)] });
    const blocking = stored(
      15,
      Array.from({ length: 20 }, (_, i) => 20 + 0.01 * i),
    );
    expect(junit(blocking).failures).toHaveLength(1);
  });

  it('stays well-formed whatever the reasons say', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (reason) => {
        const { failures } = junit(result({ verdict: 'FAIL', reasons: [`<a b="c">&amp;\u0000\uffff ${reason}`] }));
        expect(failures[0]).toMatch(/^<a b="c">&amp;/);
      }),
    );
  });
});

describe('Markdown', () => {
  it('shows verdict, metrics and both configurations', () => {
    const text = gateMarkdown(paired(0.75));
    expect(text).toMatch(
      /^### ❌ r1-tune gate: FAIL – find the loss in this change, or .* new profile as the baseline\n/,
    );
    expect(text).toMatch(/\| decode \| FAIL \| .* \| −2\d\.\d % \|/);
    expect(text).toMatch(/\| ttft \| PASS \| .* \| \+0\.0 % \|/);
    expect(text).toContain('margin 5.0 %, false-alarm rate at most 1.0 %');
    expect(gateMarkdown(exact())).toMatch(/\| model sha256 \| broken \| equal aa \| bb \|/);
    expect(gateMarkdown(stored(20, [20, 20.1, 19.9]))).toMatch(/\| decode \| PASS \| .* \| 3 \|/);
    expect(gateMarkdown(result({ isBlocking: false }))).toContain('(advisory)');
  });

  it.each([
    ['a|b', 'a\\|b'],
    ['`x` *y* _z_', '\\`x\\` \\*y\\* \\_z\\_'],
    ['<script>[x](y)', '\\<script\\>\\[x\\](y)'],
    ['two\nlines\r\n\there', 'two lines here'],
    ['back\\|slash', 'back\\\\\\|slash'],
  ])('makes %j harmless', (text, harmless) => expect(cell(text)).toBe(harmless));

  it('names that try to be syntax break no row', () => {
    const named = sampleProfile({
      binding: { name: '|x|\n| evil | PASS |', tool: 'taskset', cpus: '0', memory: null },
    });
    const reasons = ['<!-- r1-tune-gate -->\n### ✅ r1-tune gate: PASS'];
    const hostile = { ...paired(0.75), baseline: named, candidate: named, reasons };
    const lines = gateMarkdown(hostile).split('\n');
    expect(lines.filter((line) => line.startsWith('###'))).toHaveLength(1);
    expect(lines.filter((line) => line.startsWith('|'))).toHaveLength(4);
    expect(lines.join('\n')).not.toContain(COMMENT_MARKER);
    expect(lines.join('\n')).not.toMatch(/(?<!\\)</);
  });
});

describe('one line', () => {
  it('names the verdict first', () => {
    expect(gateLine(result())).toBe('gate PASS: decode is within the margin.');
    expect(gateLine(result({ verdict: 'FAIL', isBlocking: false, reasons: ['a.', 'b.'] }))).toBe(
      'gate FAIL (advisory): a. b.',
    );
  });

  it.each<[Partial<GateResult>, string | null]>([
    [{ verdict: 'PASS' }, null],
    [{ verdict: 'FAIL' }, '::error title=r1-tune gate FAIL::'],
    [{ verdict: 'FAIL', isBlocking: false }, '::warning title=r1-tune gate FAIL::'],
    [{ verdict: 'INCONCLUSIVE' }, '::warning title=r1-tune gate INCONCLUSIVE::'],
    [{ verdict: 'INVALID' }, '::warning title=r1-tune gate INVALID::'],
  ])('annotation of %j', (changes, start) => {
    const text = gateAnnotation(result(changes));
    if (start === null) expect(text).toBeNull();
    else expect(text!.startsWith(start)).toBe(true);
  });

  it('an annotation cannot be left by its text', () => {
    const text = gateAnnotation(result({ verdict: 'FAIL', reasons: ['50 %\r\n::set-env name=x::y'] }))!;
    expect(text).toBe('::error title=r1-tune gate FAIL::50 %25%0D%0A::set-env name=x::y');
    expect(text).not.toMatch(/[\r\n]/);
  });
});
