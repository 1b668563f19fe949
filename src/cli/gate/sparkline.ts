const BARS = '▁▂▃▄▅▆▇█';

/**
 * Changes as one character each: the middle is no change, and the ends lie `reach` (a share) below and above it. What lies
 * further away is drawn at the end; a change that does not count is a dot.
 */
export function sparkline(changes: readonly { ratio: number; isVoid: boolean }[], reach: number): string {
  return changes
    .map(({ ratio, isVoid }) => {
      if (isVoid) return '·';
      const place = Math.floor(((ratio - 1) / (2 * reach) + 0.5) * BARS.length);
      return BARS[Math.min(BARS.length - 1, Math.max(0, place))];
    })
    .join('');
}

/** How far to draw: so that the largest change fits, and the margin never lies at the edge. */
export const reachOf = (changes: readonly { ratio: number; isVoid: boolean }[], margin: number): number =>
  changes
    .filter(({ isVoid }) => !isVoid)
    .reduce((most, { ratio }) => Math.max(most, Math.abs(ratio - 1)), 1.5 * margin) || 0.01;
