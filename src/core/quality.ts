import * as z from 'zod';

export const qualitySchema = z.object({
  backend: z.string().describe('Engine.'),
  quant: z.string().describe('Quantization level.'),
  measurable: z.boolean().describe('False for random weights.'),
  reason: z.string().nullable().describe('Why it is not measurable, in words.'),
  reference: z.string().nullable().describe('The highest-precision file that it was compared with.'),
  text: z
    .string()
    .optional()
    .describe('The text: its file and the first 12 digits of its SHA-256; absent for the built-in text.'),
  perplexity: z
    .number()
    .nullable()
    .describe('Perplexity on the text: each passage in a context of its own, mean over all tokens but BOS.'),
  klDivergence: z
    .number()
    .nullable()
    .describe('Mean KL divergence from the reference, nats a token; 0 for the reference, null when none was compared.'),
  top1Agreement: z
    .number()
    .nullable()
    .describe(
      'Share of positions whose most likely token equals that of the reference, 0 to 1; 1 for the reference itself, null when none was compared.',
    ),
  answerAccuracy: z
    .number()
    .nullable()
    .describe('Share of generated puzzles answered right, 0 to 1; null when not asked.'),
  tokens: z.int().nullable().describe('Tokens evaluated.'),
});
export type Quality = z.infer<typeof qualitySchema>;

export const qualityFileSchema = z.array(qualitySchema).describe('One entry for each backend and quantization.');
