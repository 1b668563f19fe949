import * as z from 'zod';
import { backendSchema } from '../../core/backends.js';
import { modelFileSchema } from '../../core/model.js';
import { qualitySchema } from '../../core/run-result.js';

/** What the quality child is asked and what it says. Apart from its entry file, which runs when it is imported. */

export const qualityRequestSchema = z.object({
  arms: z.array(z.object({ backend: backendSchema, model: modelFileSchema })),
  threads: z.int().min(1),
  puzzles: z.int().min(0),
  text: z.string().optional(),
});
export type QualityChildRequest = z.infer<typeof qualityRequestSchema>;

export const qualityReplySchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('progress'), what: z.string(), share: z.number() }),
  z.object({ type: z.literal('quality'), quality: qualitySchema }),
  z.object({ type: z.literal('done') }),
]);
export type QualityReply = z.infer<typeof qualityReplySchema>;
