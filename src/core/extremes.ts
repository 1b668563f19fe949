/**
 * The greatest and the least of any number of values. `Math.max(...values)` puts them all on the stack, which overflows
 * at about 120,000: less than a vocabulary has.
 */
export const greatestOf = (values: Iterable<number>, atLeast = Number.NEGATIVE_INFINITY): number => {
  let most = atLeast;
  for (const value of values) if (value > most) most = value;
  return most;
};

export const leastOf = (values: Iterable<number>, atMost = Number.POSITIVE_INFINITY): number => {
  let least = atMost;
  for (const value of values) if (value < least) least = value;
  return least;
};
