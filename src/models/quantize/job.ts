import * as z from 'zod';

/** What the parent asks of the quantizing child, as JSON in its first argument. */
export const quantizeJobSchema = z.object({
  library: z.string(),
  source: z.string(),
  target: z.string(),
  /** `llama_ftype`. */
  fileType: z.int(),
  threads: z.int().min(1),
  allowRequantize: z.boolean(),
  pure: z.boolean(),
});
export type QuantizeJob = z.infer<typeof quantizeJobSchema>;
