import * as z from 'zod';

export const outcomeOfGateSchema = z
  .enum(['PASS', 'FAIL', 'INCONCLUSIVE', 'INVALID'])
  .describe('INCONCLUSIVE: the noise hides the margin. INVALID: nothing that can be judged.');
export type GateOutcome = z.infer<typeof outcomeOfGateSchema>;

const metricVerdictSchema = z.object({
  verdict: z.enum(['FAIL', 'PASS', 'INCONCLUSIVE']).describe('INCONCLUSIVE: neither is shown yet.'),
  pairs: z.int().describe('Pairs at the look that decided, or at the last look reached; 0 before the first.'),
  nextLook: z.int().nullable().describe('The next look, in pairs; null when decided or when there is none left.'),
  ratio: z
    .number()
    .nullable()
    .describe('Median change as a ratio, oriented so that below 1 is worse; null before the first look.'),
  failLimit: z
    .number()
    .nullable()
    .describe(
      'Upper limit at 1 − alpha/(looks·metrics): FAIL needs it below 1. Null when the pairs are too few for the level.',
    ),
  passLimit: z
    .number()
    .nullable()
    .describe('Lower limit at 95 %: PASS needs it above the margin. Null when the pairs are too few for the level.'),
  marginRatio: z.number().describe('The ratio at the margin: a loss is material at or below it.'),
  minimumDetectable: z
    .number()
    .nullable()
    .describe(
      'The smallest loss this many pairs of this noise show with 90 % power, a share; null before the first look.',
    ),
  spread: z
    .number()
    .nullable()
    .describe(
      'How far pairs differ from each other: robust standard deviation of their log-ratios (1.4826 · MAD); null before the first look.',
    ),
});
export type MetricVerdict = z.infer<typeof metricVerdictSchema>;

export const gateVerdictSchema = z.object({
  verdict: outcomeOfGateSchema,
  reasons: z.array(z.string()).describe('Why, one sentence each, the deciding one first.'),
  metrics: z.record(z.string(), metricVerdictSchema).describe('The verdict of each metric, by name.'),
  validPairs: z.int().describe('Pairs that are not void and have every metric in both arms.'),
  voidPairs: z.int().describe('The others.'),
  nextLook: z.int().nullable().describe('Valid pairs wanted before the next look; null when the gate is over.'),
  alphaPerLook: z.number().describe('What each look of each metric spent of alpha.'),
});
export type GateVerdict = z.infer<typeof gateVerdictSchema>;
