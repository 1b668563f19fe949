import * as z from 'zod';

/** An estimate with its confidence interval. */
export const intervalSchema = z.object({
  estimate: z.number().describe('Point estimate, in the unit of the field.'),
  low: z.number().nullable().describe('Lower confidence limit; null when there are too few trials for one.'),
  high: z.number().nullable().describe('Upper confidence limit; null when there are too few trials for one.'),
  level: z.number().describe('Confidence level, for example 0.95.'),
  n: z.int().describe('Number of independent trials (processes) or pairs behind it.'),
});
export type Interval = z.infer<typeof intervalSchema>;
