import * as z from 'zod';
import { mostTokens, refused, sharedFields } from './request-schema.js';
import { thinkingFields } from './thinking-fields.js';
import { toolCall, toolChoice, toolDefinition, toolMessages } from './tool-request.js';

const textPart = z.strictObject({
  type: z.literal('text', { error: 'must be "text": images, audio and files are not supported' }),
  text: z.string(),
});
const content = z
  .union([z.string(), z.array(textPart).min(1)], { error: 'must be a string or an array of text parts' })
  .describe('Text. Images, audio and files are not supported.');
const name = z.string().max(64).nullish().describe('Accepted and not used.');

const messageSchema = z.discriminatedUnion('role', [
  z.strictObject({ role: z.enum(['system', 'developer']), content, name }),
  z.strictObject({ role: z.literal('user'), content, name }),
  toolMessages,
  z.strictObject({
    role: z.literal('assistant'),
    content: content.nullish().describe('May be absent beside tool_calls.'),
    name,
    prefix: z.boolean().nullish().describe('The answer goes on after this message; DeepSeek has it so.'),
    reasoning_content: z.string().nullish().describe("Shown to the model where its template does so; R1's does not."),
    refusal: z.null().optional(),
    annotations: z.array(z.unknown()).nullish(),
    audio: z.null().optional(),
    tool_calls: z.array(toolCall).max(128).nullish(),
    function_call: z.null().optional(),
  }),
]);

export const chatRequestSchema = z.strictObject({
  ...sharedFields,
  messages: z.array(messageSchema).min(1).max(2048).describe('The conversation.'),
  max_tokens: mostTokens.nullish().describe('Most tokens of the answer, thinking included; -1 for no limit.'),
  max_completion_tokens: mostTokens.nullish().describe('The newer name of max_tokens.'),
  logprobs: z.boolean().nullish().describe('Report log-probabilities of the answer, thinking excluded.'),
  top_logprobs: z.int().min(0).max(20).nullish().describe('Alternatives for each token; needs logprobs.'),
  chat_template_kwargs: z
    .record(z.string().max(64), z.unknown())
    .nullish()
    .describe("Variables of the model's chat template, such as enable_thinking. Not in the OpenAI API."),
  response_format: z
    .discriminatedUnion('type', [
      z.strictObject({ type: z.literal('text') }),
      z.strictObject({ type: z.literal('json_object') }),
      z.strictObject({
        type: z.literal('json_schema'),
        json_schema: z.strictObject({
          name: z.string().regex(/^[\w-]{1,64}$/, 'must be 1 to 64 letters, digits, _ or -'),
          description: z.string().nullish(),
          schema: z.record(z.string(), z.unknown()).optional().describe('The JSON Schema; without one, any object.'),
          strict: z.boolean().nullish().describe('Accepted and not used: a schema always binds.'),
        }),
      }),
    ])
    .nullish()
    .describe('Form of the answer, enforced token by token; the thinking before it is free.'),
  tools: z.array(toolDefinition).max(128).nullish().describe('Functions that the model may ask to be called.'),
  tool_choice: toolChoice.nullish().describe('none, auto, required, or the function to call. Default auto.'),
  parallel_tool_calls: z.boolean().nullish().describe('false: at most one call in an answer.'),
  ...thinkingFields,
  continue_final_message: z
    .boolean()
    .nullish()
    .describe(
      'Whether an assistant message at the end is the beginning of the answer. Default true. Not in the OpenAI API.',
    ),
  add_generation_prompt: z
    .boolean()
    .nullish()
    .describe('Whether the turn of the assistant is opened. Default true. Not in the OpenAI API.'),
  functions: refused(z.array(z.unknown()).max(0), 'Calling functions'),
  function_call: refused(z.enum(['none', 'auto']), 'Calling functions'),
  modalities: refused(z.tuple([z.literal('text')]), 'Output other than text'),
  audio: refused(z.never(), 'Audio'),
  prediction: refused(z.never(), 'Predicted output'),
  web_search_options: refused(z.never(), 'Web search'),
  moderation: refused(z.never(), 'Moderation'),
  store: z.boolean().nullish().describe('Accepted and not used: nothing is ever stored.'),
  verbosity: z.enum(['low', 'medium', 'high']).nullish().describe('Accepted and not used.'),
});
export type ChatRequest = z.infer<typeof chatRequestSchema>;
