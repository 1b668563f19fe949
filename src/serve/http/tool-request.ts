import * as z from 'zod';

/** Fields of a chat request that speak of tools, as in the OpenAI API. */

const functionName = z.string().regex(/^[\w.-]{1,64}$/, 'must be 1 to 64 letters, digits, _, . or -');

export const toolDefinition = z.strictObject({
  type: z.literal('function', { error: 'must be "function": other tools are not supported' }),
  function: z.strictObject({
    name: functionName,
    description: z.string().nullish(),
    parameters: z
      .record(z.string(), z.unknown())
      .nullish()
      .describe('JSON Schema of the arguments, enforced token by token; without one, none.'),
    strict: z
      .boolean()
      .nullish()
      .describe('true: a schema that cannot be enforced is refused. Otherwise any object takes its place.'),
  }),
});
export type ToolDefinition = z.infer<typeof toolDefinition>;

const named = z.strictObject({ type: z.literal('function'), function: z.strictObject({ name: functionName }) });
export const toolChoice = z.union([z.enum(['none', 'auto', 'required']), named], {
  error: 'must be "none", "auto", "required" or {"type": "function", "function": {"name": …}}',
});

export const toolCall = z.strictObject({
  id: z.string().max(256),
  type: z.literal('function').default('function'),
  function: z.strictObject({ name: functionName, arguments: z.string().describe('JSON as text.') }),
  index: z.int().optional(),
});

const toolText = z.strictObject({ type: z.literal('text'), text: z.string() });
export const toolMessages = z.strictObject({
  role: z.literal('tool'),
  content: z.union([z.string(), z.array(toolText).min(1)], { error: 'must be a string or an array of text parts' }),
  tool_call_id: z.string().max(256),
  name: z.string().max(64).nullish(),
});
