import * as z from 'zod';

const quantity = z.number().min(-1e15).max(1e15);

/** Room for rounding: limits and estimate are computed apart. */
const isAtMost = (a: number | null, b: number | null): boolean =>
  a === null || b === null || a <= b + 1e-9 * Math.max(Math.abs(a), Math.abs(b));

const fieldsSchema = z.object({
  estimate: quantity.describe('Point estimate, in the unit of the field.'),
  low: quantity.nullable().describe('Lower confidence limit; null when there are too few trials for one.'),
  high: quantity.nullable().describe('Upper confidence limit; null when there are too few trials for one.'),
  level: z.number().min(0).max(1).describe('Confidence level, for example 0.95.'),
  n: z.int().min(0).describe('Number of independent trials (processes) or pairs behind it.'),
});

/** An estimate with its confidence interval. */
export const intervalSchema = fieldsSchema.refine(
  ({ estimate, low, high }) => isAtMost(low, estimate) && isAtMost(estimate, high) && isAtMost(low, high),
  'the estimate is outside its own interval',
);
export type Interval = z.infer<typeof intervalSchema>;
