import * as z from 'zod';
import { chatRequestSchema } from './chat-request.js';

/** Fields of llama-server, and of vLLM where they differ. */

const conversation = { messages: chatRequestSchema.shape.messages, tools: chatRequestSchema.shape.tools };
const common = { model: z.string().nullish() };
export const tokenizeSchema = z.strictObject({
  ...common,
  content: z.string().nullish().describe('The text. vLLM calls it prompt.'),
  prompt: z.string().nullish(),
  ...conversation,
  messages: chatRequestSchema.shape.messages.nullish(),
  add_special: z.boolean().nullish().describe('Whether begin-of-sentence is put in front. Default false.'),
  add_special_tokens: z.boolean().nullish().describe("vLLM's name of add_special."),
  parse_special: z.boolean().nullish().describe('Whether special tokens are read in the text. Default true.'),
  with_pieces: z.boolean().nullish(),
});
export const detokenizeSchema = z.strictObject({ ...common, tokens: z.array(z.int().min(0)).max(1_000_000) });
export const templateSchema = chatRequestSchema.omit({ model: true }).extend(common);
