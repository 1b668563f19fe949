import * as z from 'zod';
import { refused } from '../request-schema.js';

/** POST /v1/messages, as the Anthropic clients send it. */

const cache = z.unknown().optional().describe('Accepted and not used: the cache of prompts is always on.');
const text = z.strictObject({ type: z.literal('text'), text: z.string(), cache_control: cache, citations: cache });
const thought = z.strictObject({ type: z.literal('thinking'), thinking: z.string(), signature: z.string().nullish() });
const hidden = z.strictObject({ type: z.literal('redacted_thinking'), data: z.string() });
const use = z.strictObject({
  type: z.literal('tool_use'),
  id: z.string().max(256),
  name: z.string().max(64),
  input: z.record(z.string(), z.unknown()),
  cache_control: cache,
});
const result = z.strictObject({
  type: z.literal('tool_result'),
  tool_use_id: z.string().max(256),
  content: z.union([z.string(), z.array(text)]).nullish(),
  is_error: z.boolean().nullish(),
  cache_control: cache,
});
const tool = z.strictObject({
  type: z.literal('custom', { error: 'must be "custom": tools of the server are not supported' }).nullish(),
  name: z.string().regex(/^[\w.-]{1,64}$/, 'must be 1 to 64 letters, digits, _, . or -'),
  description: z.string().nullish(),
  input_schema: z.record(z.string(), z.unknown()),
  strict: z.boolean().nullish(),
  cache_control: cache,
});

export const conversationFields = {
  model: z.string().min(1).max(256),
  system: z.union([z.string(), z.array(text)]).nullish(),
  messages: z
    .array(
      z.discriminatedUnion('role', [
        z.strictObject({
          role: z.literal('user'),
          content: z.union([z.string(), z.array(z.discriminatedUnion('type', [text, result]))], {
            error: 'must be a string or an array of text and tool_result blocks; images and files are not supported',
          }),
        }),
        z.strictObject({
          role: z.literal('assistant'),
          content: z.union([z.string(), z.array(z.discriminatedUnion('type', [text, thought, hidden, use]))]),
        }),
      ]),
    )
    .min(1)
    .max(2048),
  tools: z.array(tool).max(128).nullish(),
  tool_choice: z
    .strictObject({
      type: z.enum(['auto', 'any', 'tool', 'none']),
      name: z.string().nullish(),
      disable_parallel_tool_use: z.boolean().nullish(),
    })
    .nullish(),
  thinking: z
    .strictObject({
      type: z.enum(['enabled', 'disabled', 'adaptive']),
      budget_tokens: z.int().min(0).max(10_000_000).nullish(),
      display: z.enum(['summarized', 'omitted']).nullish(),
    })
    .nullish()
    .describe('Without it the model thinks as it does by itself.'),
};

export const countRequestSchema = z.strictObject(conversationFields);
export const messagesRequestSchema = z.strictObject({
  ...conversationFields,
  max_tokens: z.int().min(1).max(10_000_000),
  stop_sequences: z.array(z.string().min(1).max(256)).max(4).nullish(),
  stream: z.boolean().nullish(),
  temperature: z.number().min(0).max(2).nullish(),
  top_p: z.number().min(0).max(1).nullish(),
  top_k: z.int().min(0).max(1_000_000).nullish(),
  metadata: z
    .strictObject({ user_id: z.string().max(1024).nullish() })
    .nullish()
    .describe('Accepted and not used.'),
  service_tier: z.string().max(64).nullish().describe('Accepted and not used.'),
  container: refused(z.never(), 'A container'),
  mcp_servers: refused(z.array(z.unknown()).max(0), 'MCP'),
  context_management: refused(z.never(), 'Editing of the context'),
});
export type MessagesRequest = z.infer<typeof messagesRequestSchema>;
export type CountRequest = z.infer<typeof countRequestSchema>;
