import * as z from 'zod';

/** History of the format. 1: first. */
export const CAPACITY_PLAN_VERSION = 1;

const tokensSchema = z
  .object({
    least: z.int().min(1).describe('Fewest tokens.'),
    most: z.int().min(1).describe('Most tokens; lengths between are equally likely.'),
  })
  .describe('Length of a prompt or answer, tokens.');
export type TokenRange = z.infer<typeof tokensSchema>;

export const requestLoadSchema = z
  .object({
    ratePerSecond: z.number().positive().describe('Requests a second, at random moments (a Poisson process).'),
    prompt: tokensSchema,
    answer: tokensSchema,
  })
  .describe('The load that a plan is for.');
export type RequestLoad = z.infer<typeof requestLoadSchema>;

export const objectivesSchema = z
  .object({
    ttftMs: z.number().positive().nullable().describe('Most time to first token, ms; null for any.'),
    tpotMs: z.number().positive().nullable().describe('Most time per output token, ms; null for any.'),
    share: z.number().describe('Share of requests that must keep each of them.'),
  })
  .describe('What users are promised.');
export type Objectives = z.infer<typeof objectivesSchema>;

const latencySchema = z
  .object({ p50: z.number().describe('Median, ms.'), p95: z.number().describe('95th percentile, ms.') })
  .describe('Simulated latency.');

export const predictionSchema = z
  .object({
    requests: z.int().describe('Requests simulated, after those that fill the queues.'),
    ttft: latencySchema.describe('Time to first token, from the moment a request comes.'),
    tpot: latencySchema.describe('Time per output token after the first.'),
    goodShare: z.number().describe('Share of requests that keep all objectives.'),
    busyShare: z.number().describe('Share of time in which a replica evaluates something.'),
  })
  .describe('What the simulation gives.');
export type Prediction = z.infer<typeof predictionSchema>;

export const limitSchema = z
  .enum(['ttft', 'tpot', 'throughput', 'ttft-idle', 'tpot-idle', 'context'])
  .describe(
    'What breaks first as the load grows: an objective, or the tokens a second that can be made. ttft-idle, tpot-idle: broken even by one request alone. context: the request is longer than the context of the profile.',
  );
export type CapacityLimit = z.infer<typeof limitSchema>;

export const kindPlanSchema = z
  .object({
    kind: z.string().describe('Id of the kind.'),
    name: z.string().describe('The kind in one line, or what the prices file calls it.'),
    profile: z.string().describe('Name of its profile.'),
    sequences: z.int().describe('Sequences of a replica that the plan uses, as many as were measured to help.'),
    stepMs: z
      .array(
        z.object({ sequences: z.int().describe('Sequences that decode.'), ms: z.number().describe('One step, ms.') }),
      )
      .describe('Measured time of a decode step; between the points it is taken to be straight.'),
    prefillTokensPerSecond: z.number().describe('Measured prefill rate, tok/s.'),
    limit: limitSchema,
    mostPerReplica: z
      .number()
      .describe('Requests a second that one replica can take within the objectives; 0 when none.'),
    replicas: z
      .int()
      .nullable()
      .describe('Replicas for the whole load on this kind alone; null when it cannot carry it.'),
    machines: z.int().nullable().describe('Machines for them.'),
    mostMachines: z.int().nullable().describe('Machines that can be had; null for any number.'),
    costPerMonth: z.number().nullable().describe('Price of the machines a month; null without a price.'),
    prediction: predictionSchema.nullable().describe('With those replicas under the load; null without any.'),
  })
  .describe('A kind carrying the whole load alone.');
export type KindPlan = z.infer<typeof kindPlanSchema>;

export const capacityPlanSchema = z
  .object({
    schemaVersion: z.literal(CAPACITY_PLAN_VERSION),
    kind: z.literal('r1-tune/capacity-plan'),
    model: z.string().describe('The model served.'),
    load: requestLoadSchema,
    objectives: objectivesSchema,
    balancer: z.enum(['random', 'two-choices']).describe('How requests are spread over replicas.'),
    currency: z.string().nullable().describe('Put before prices.'),
    kinds: z.array(kindPlanSchema).describe('Cheapest first, those that cannot carry the load last.'),
    chosen: z
      .array(
        z.object({
          kind: z.string().describe('Id of the kind.'),
          replicas: z.int().describe('Replicas.'),
          machines: z.int().describe('Machines.'),
        }),
      )
      .nullable()
      .describe(
        'What to run: the cheapest kind alone, or several where one has too few machines; null when nothing carries the load.',
      ),
    costPerMonth: z.number().nullable().describe('Price of what was chosen a month; null without prices.'),
  })
  .describe('How many replicas a load needs, from what was measured.');
export type CapacityPlan = z.infer<typeof capacityPlanSchema>;
