import * as z from 'zod';

/** History of the format. 1: first. */
export const PRICES_VERSION = 1;

export const pricesSchema = z
  .object({
    schemaVersion: z.literal(PRICES_VERSION),
    kind: z.literal('r1-tune/prices'),
    currency: z.string().max(8).describe('Put before prices, for example $ or ¥.'),
    machines: z
      .array(
        z.object({
          kind: z
            .string()
            .regex(
              /^[0-9a-f]{4,12}$/,
              'expected the id of a kind or its first digits, as r1-tune fleet collect prints it',
            )
            .describe('Id of a kind of machine, or as many first digits as tell it from others.'),
          name: z.string().optional().describe('What you call it, for example c7g.4xlarge; shown beside the kind.'),
          perHour: z.number().min(0).describe('Price of one machine, an hour.'),
          most: z
            .int()
            .min(0)
            .optional()
            .describe('Most machines of the kind that can be had; absent: as many as wanted.'),
        }),
      )
      .describe('One entry a kind. Kinds without one have no price.'),
  })
  .describe('What machines cost: the file of --prices, written by you.');
export type Prices = z.infer<typeof pricesSchema>;
