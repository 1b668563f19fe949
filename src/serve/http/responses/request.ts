import * as z from 'zod';
import { refused } from '../request-schema.js';

/** POST /v1/responses of the OpenAI API. Nothing is stored, so every request brings its whole conversation. */

const textIn = z.object({ type: z.enum(['input_text', 'output_text', 'text']), text: z.string() });
const content = z.union([z.string(), z.array(textIn)], {
  error: 'must be a string or an array of text parts; images and files are not supported',
});
const id = z.string().max(256).nullish();
const status = z.string().max(64).nullish();

const item = z.union([
  z.object({
    type: z.literal('message').optional(),
    role: z.enum(['system', 'developer', 'user', 'assistant']),
    content,
    id,
    status,
  }),
  z.object({
    type: z.literal('function_call'),
    call_id: z.string().max(256),
    name: z.string().max(64),
    arguments: z.string(),
    id,
    status,
  }),
  z.object({ type: z.literal('function_call_output'), call_id: z.string().max(256), output: content, id, status }),
  z.object({
    type: z.literal('reasoning'),
    content: z.array(z.object({ type: z.literal('reasoning_text'), text: z.string() })).nullish(),
    summary: z.array(z.unknown()).nullish(),
    encrypted_content: z.string().nullish(),
    id,
    status,
  }),
]);

const tool = z.strictObject({
  type: z.literal('function', { error: 'must be "function": tools of the server are not supported' }),
  name: z.string(),
  description: z.string().nullish(),
  parameters: z.record(z.string(), z.unknown()).nullish(),
  strict: z.boolean().nullish(),
});

export const responsesRequestSchema = z.strictObject({
  model: z.string().min(1).max(256),
  input: z.union([z.string(), z.array(item).min(1).max(4096)], { error: 'must be a string or an array of items' }),
  instructions: z.string().nullish(),
  max_output_tokens: z.int().min(1).max(10_000_000).nullish(),
  temperature: z.number().min(0).max(2).nullish(),
  top_p: z.number().min(0).max(1).nullish(),
  stream: z.boolean().nullish(),
  stream_options: z.strictObject({ include_obfuscation: z.boolean().nullish() }).nullish(),
  tools: z.array(tool).max(128).nullish(),
  tool_choice: z
    .union([z.enum(['none', 'auto', 'required']), z.strictObject({ type: z.literal('function'), name: z.string() })])
    .nullish(),
  parallel_tool_calls: z.boolean().nullish(),
  reasoning: z
    .strictObject({
      effort: z.enum(['none', 'minimal', 'low', 'medium', 'high', 'xhigh']).nullish(),
      summary: z.string().nullish(),
      generate_summary: z.string().nullish(),
    })
    .nullish(),
  text: z
    .strictObject({
      format: z
        .discriminatedUnion('type', [
          z.strictObject({ type: z.literal('text') }),
          z.strictObject({ type: z.literal('json_object') }),
          z.strictObject({
            type: z.literal('json_schema'),
            name: z.string(),
            schema: z.record(z.string(), z.unknown()),
            description: z.string().nullish(),
            strict: z.boolean().nullish(),
          }),
        ])
        .nullish(),
      verbosity: z.string().nullish().describe('Accepted and not used.'),
    })
    .nullish(),
  store: z.boolean().nullish().describe('Accepted and not used: nothing is ever stored.'),
  metadata: z.record(z.string(), z.string()).nullish().describe('Given back.'),
  include: z.array(z.string()).nullish().describe('Accepted and not used.'),
  truncation: z.literal('disabled', { error: 'can only be "disabled": a prompt is never cut' }).nullish(),
  background: refused(z.literal(false), 'Answering in the background'),
  previous_response_id: refused(z.never(), 'Going on from a stored answer'),
  conversation: refused(z.never(), 'A stored conversation'),
  prompt: refused(z.never(), 'A stored prompt'),
  context_management: refused(z.array(z.unknown()).max(0), 'Editing of the context'),
  max_tool_calls: z.int().nullish().describe('Accepted and not used: the server calls no tools.'),
  moderation: refused(z.never(), 'Moderation'),
  top_logprobs: refused(z.literal(0), 'top_logprobs'),
  user: z.string().max(1024).nullish().describe('Accepted and not used.'),
  service_tier: z.string().max(64).nullish().describe('Accepted and not used.'),
  safety_identifier: z.string().max(1024).nullish().describe('Accepted and not used.'),
  prompt_cache_key: z.string().max(1024).nullish().describe('Accepted and not used.'),
  prompt_cache_retention: z.string().max(64).nullish().describe('Accepted and not used.'),
  prompt_cache_options: z.record(z.string(), z.unknown()).nullish().describe('Accepted and not used.'),
});
export type ResponsesRequest = z.infer<typeof responsesRequestSchema>;
