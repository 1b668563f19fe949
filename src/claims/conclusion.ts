import type { Conclusion } from './claim.js';
import type { Evidence } from './evidence.js';
import { combine } from './expectation.js';
import { findingText } from './texts.js';

/** The verdict that the deciding comparisons alone give. */
export function combineContrasts({ contrasts }: Pick<Evidence, 'contrasts'>): Conclusion {
  const deciding = contrasts.filter((contrast) => contrast.decides);
  return { verdict: combine(deciding.map((contrast) => contrast.verdict)), finding: findingText(contrasts) };
}
