import type { Plan } from '../../core/run-result.js';
import { formatDuration } from '../../core/units.js';

const WORTHS = {
  thin: 'a short look around and the fewest pairs that can confirm; faster configurations may be missed',
  rates: 'some measured rates, too little to recommend anything',
} as const;

/** What a small budget holds, and the budget that would do. */
export const shortfallText = ({ shortfall }: Plan): string =>
  shortfall
    ? `The budget holds ${WORTHS[shortfall.worth]}. A search that can be trusted takes about ${formatDuration(shortfall.neededMs)}.`
    : '';
