import * as z from 'zod';
import { candidateSchema } from './candidate.js';
import { intervalSchema } from './interval.js';
import { outcomeSchema } from './outcome.js';

export const environmentSchema = z
  .enum(['shared', 'exclusive'])
  .describe('Whether other processes compute on the machine while it serves. shared: they may. exclusive: none does.');
export type Environment = z.infer<typeof environmentSchema>;

/** What a run was asked to find out about behaviour beside another busy process. */
export const neighbourPlanSchema = z
  .object({
    environment: environmentSchema,
    blocks: z.int().min(1).describe('Blocks to measure at most; each holds every configuration once.'),
  })
  .describe('Trials of the recommendation beside a busy process.');
export type NeighbourPlan = z.infer<typeof neighbourPlanSchema>;

export const besideSchema = z.object({
  candidateId: z.string().describe('The configuration.'),
  candidate: candidateSchema,
  role: z
    .enum(['winner', 'rival', 'spare'])
    .describe(
      'winner: what the search chose. rival: what its fresh pairs compared it with. spare: the winner with one thread fewer.',
    ),
  objective: intervalSchema.describe('Objective beside the busy process, tok/s.'),
  decodeTokensPerSecond: intervalSchema.describe('Decode rate beside the busy process, tok/s.'),
  overAlone: z
    .number()
    .nullable()
    .describe('That decode rate over the one alone on the machine; null where it was not measured alone.'),
});
export type Beside = z.infer<typeof besideSchema>;

/** How the recommendation behaves beside one busy process. */
export const neighbourSchema = z
  .object({
    environment: environmentSchema,
    competitors: z.int().describe('Busy processes beside it, one thread each.'),
    arms: z.array(besideSchema).describe('Each configuration that was measured; the winner first.'),
    ratio: intervalSchema
      .nullable()
      .describe(
        'Objective of the winner over that of the rival, both beside the busy process; null without such a pair.',
      ),
    decides: z
      .boolean()
      .describe(
        'True where the winner loses more beside the busy process than it gains alone, and so is not recommended.',
      ),
    outcomes: z.array(outcomeSchema).describe('Its trials. They count for nothing else.'),
  })
  .describe('How the recommendation behaves beside one busy process.');
export type Neighbour = z.infer<typeof neighbourSchema>;
