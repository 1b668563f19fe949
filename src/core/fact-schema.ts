import * as z from 'zod';

/**
 * How far a value can be trusted.
 * `certain`: the kernel or the engine says so. `likely`: derived by a rule that is usually right.
 * `unknown`: nothing readable says it. `needs-root`: it exists, but only root may read it. `hidden`: the VM or container hides it.
 */
export const confidenceSchema = z.enum(['certain', 'likely', 'unknown', 'needs-root', 'hidden']);
export type Confidence = z.infer<typeof confidenceSchema>;

export function factSchema<T extends z.ZodType>(value: T) {
  return z.object({
    value: value.nullable().describe('The value, or null when it is not known.'),
    source: z.string().describe('The file, call or rule the value came from.'),
    confidence: confidenceSchema.describe('How far the value can be trusted.'),
    note: z.string().optional().describe('What a reader should know about it.'),
  });
}
