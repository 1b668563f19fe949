import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { summaryText } from '../../../src/cli/sweep/summary-text.js';
import type { Interval } from '../../../src/core/interval.js';
import type { Configuration, RunResult } from '../../../src/core/run-result.js';
import { answerSection } from '../../../src/report/html/answer-section.js';
import { TEXTS } from '../../../src/report/texts/index.js';
import { labelText } from '../../../src/report/view/label.js';
import { buildView } from '../../../src/report/view/view.js';
import { toProfile } from '../../../src/sweeps/results/to-profile.js';
import { type RandomWorld, randomRun } from '../../helpers/random-run.js';
import { repetitions } from '../../helpers/rates.js';

/** Whatever the trials were: no sentence of the report or the console says what an interval of the run denies. */

const world: fc.Arbitrary<RandomWorld> = fc.record({
  seed: fc.integer({ min: 0, max: 1e6 }),
  configurations: fc.integer({ min: 1, max: 12 }),
  spread: fc.constantFrom(0, 0.01, 0.05, 0.2, 0.5),
  noise: fc.constantFrom(0, 0.005, 0.03, 0.1, 0.3),
  hit: fc.constantFrom(0, 0, 0.05, 0.2),
  fails: fc.constantFrom(0, 0, 0.05, 0.3),
  budget: fc.option(fc.integer({ min: 40, max: 200 })),
  breaksDefault: fc.boolean(),
});

/** How many times as fast `a` is as `b`, by each pair of intervals that a reader can lay side by side. */
function readings(a: Configuration, b: Configuration): { low: number; high: number }[] {
  const one: Interval = { estimate: 1, low: 1, high: 1, level: 0.95, n: 0 };
  const sides: [Interval | null, Interval | null][] = [
    [a.objective, b.objective],
    [a.isDefault ? one : a.vsDefault, b.isDefault ? one : b.vsDefault],
  ];
  return sides.flatMap(([x, y]) =>
    x?.low == null || x.high === null || y?.low == null || y.high === null
      ? []
      : [{ low: x.low / y.high, high: x.high / y.low }],
  );
}

/** The English text of the answer, and the labels in the list under a heading. */
function read(run: RunResult): { text: string; listed: (heading: string) => Configuration[] } {
  const source = answerSection(buildView(run)).source.replace(/<span class="l-zh".*?<\/span>/gs, '');
  const plain = (html: string): string =>
    html
      .replace(/<[^>]*>/g, '')
      .replaceAll('\u00a0', ' ')
      .replaceAll('&gt;', '>')
      .replaceAll('&lt;', '<');
  const byLabel = new Map(run.configurations.map((c) => [labelText(c.candidate).en, c]));
  const listed = (heading: string): Configuration[] => {
    const list = source.slice(source.indexOf(heading)).match(/<ol class="equals">(.*?)<\/ol>/s)?.[1];
    if (!source.includes(heading) || list === undefined) return [];
    return [...list.matchAll(/<li>(.*?) <small>/gs)].map(([, label]) => {
      const configuration = byLabel.get(plain(label!));
      expect(configuration, label).toBeDefined();
      return configuration!;
    });
  };
  return { text: plain(source), listed };
}

describe('every run', () => {
  it('lists as not worse, better or worse only what no interval denies', () =>
    fc.assert(
      fc.property(world, (w) => {
        const run = randomRun(w);
        const chosen = run.configurations.find((c) => c.candidateId === run.choice?.candidateId);
        if (!chosen) return;
        const { text, listed } = read(run);
        const equals = listed(TEXTS.equals.en);
        const better = listed(TEXTS.better.en);
        for (const one of equals)
          for (const { low, high } of readings(one, chosen)) {
            expect(high).toBeGreaterThanOrEqual(0.98);
            expect(low).toBeLessThanOrEqual(1 / 0.98);
          }
        for (const one of better) for (const { high } of readings(one, chosen)) expect(high).toBeGreaterThan(1);
        for (const one of [...equals, ...better]) expect(one.trials).toBeGreaterThanOrEqual(3);
        const worse = Number(text.match(/more than 2 % worse than the recommended one: (\d+)/)?.[1] ?? 0);
        const unranked = Number(text.match(/with the recommended one\): (\d+)/)?.[1] ?? 0);
        const others = run.configurations.filter((c) => c !== chosen && c.objective && c.meetsConstraints).length;
        expect(Math.min(equals.length, 8) + Math.min(better.length, 8) + worse + unranked).toBeLessThanOrEqual(others);
        expect(run.choice!.standings).toHaveLength(others);
      }),
      { numRuns: repetitions(150, 40) },
    ));

  it('names a gain over the default only where its interval does, in the headline, the reason and on the console', () =>
    fc.assert(
      fc.property(world, (w) => {
        const run = randomRun(w);
        const chosen = run.configurations.find((c) => c.candidateId === run.choice?.candidateId);
        if (!run.choice || !chosen) return;
        const { text } = read(run);
        const heading = text.trim().split('\n')[0]!;
        const { choice } = run;
        const compared = run.configurations.find((c) => c.candidateId === choice.comparedId);
        const ratio = choice.speedup?.ratio;
        const summary = summaryText(run, toProfile(run, chosen, 'x'), 'x');
        // Looks at the pairs share the level, so that an interval of a single look may lie above the default without a claim.
        const isShown = choice.verdict === 'faster';
        const isAbove = ratio?.low != null && ratio.low > 1;
        if (isShown) expect(isAbove).toBe(true);
        else expect(choice.reason.includes('looked at more than once')).toBe(isAbove);
        expect(heading.includes('against the default settings')).toBe(isShown);
        expect(summary.includes('Speed-up over the default')).toBe(isShown);
        if (isShown) expect(chosen.vsDefault).toEqual(ratio);
        if (heading.startsWith('Keep') && compared) {
          expect(heading).toContain(labelText(compared.candidate).en);
          expect(summary).toContain(`Best rival (${compared.label})`);
          if (!isAbove) expect(compared.vsDefault!.low ?? 0).toBeLessThanOrEqual(1);
          expect(summary.includes('slower than the defaults')).toBe(ratio!.high !== null && ratio!.high < 1);
        }
        if (choice.verdict === 'unconfirmed') {
          expect(chosen.isDefault).toBe(false);
          expect(summary).not.toMatch(/Speed-up/);
          const reference = run.configurations.find((c) => c.isDefault);
          expect(heading.includes('default settings fail here')).toBe(
            !reference?.objective || !reference.meetsConstraints,
          );
        }
      }),
      { numRuns: repetitions(150, 40) },
    ));
});
