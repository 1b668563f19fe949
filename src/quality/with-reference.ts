import type { Quality } from '../core/run-result.js';

/**
 * The reference agrees with itself, so that it can be placed beside those that were compared with it. Where nothing was
 * compared, agreement says nothing and stays null: a lone Q4_0 is not "100 % right".
 */
export function withReference(measured: readonly Quality[]): Quality[] {
  if (measured.every(({ reference }) => reference === null)) return [...measured];
  return measured.map((quality) =>
    quality.measurable && quality.reference === null ? { ...quality, klDivergence: 0, top1Agreement: 1 } : quality,
  );
}
