/** Largest probability that a claim about an arm and itself gets another verdict than "no difference". */
export const ERROR_RATE = 0.05;

/** Confidence level of the interval of one of `deciding` comparisons, so that all together err with ERROR_RATE at most. */
export const comparisonLevel = (deciding: number): number => 1 - ERROR_RATE / Math.max(1, deciding);

/**
 * The fewest blocks with which a signed-rank interval of that level exists: 2·2^−n, the probability that n fair coins all
 * fall alike, must not exceed its error.
 */
export const fewestBlocks = (deciding: number): number =>
  Math.ceil(Math.log2((2 * Math.max(1, deciding)) / ERROR_RATE) - 1e-9);
