import { compileSchema } from '../json-schema/compile.js';
import { SchemaError } from '../json-schema/schema-error.js';
import { Refusal } from '../refusal.js';
import type { CallFormat } from '../tools/call-format.js';
import type { ChatRequest } from './chat-request.js';
import { type AskedParameters, checkSchema } from './parameters.js';
import type { ToolDefinition } from './tool-request.js';

/** The tools that the model is shown, and whether it must call one. */
export type OfferedTools = { definitions: readonly ToolDefinition[]; mode: 'auto' | 'required' };

const NO_ARGUMENTS = { type: 'object', properties: {} };
const ANY_ARGUMENTS = { type: 'object', additionalProperties: true };

/** Null when the answer is to be text. Throws a refusal for a choice that does not go with the tools. */
export function offeredTools({ tools, tool_choice: choice }: ChatRequest): OfferedTools | null {
  const all = tools ?? [];
  if (all.length === 0) {
    if (choice && choice !== 'none' && choice !== 'auto')
      throw new Refusal('invalid', 'tool_choice: there are no tools to choose from.', { param: 'tool_choice' });
    return null;
  }
  if (choice === 'none') return null;
  if (typeof choice !== 'object' || choice === null)
    return { definitions: all, mode: choice === 'required' ? 'required' : 'auto' };
  const { name } = choice.function;
  const only = all.filter((tool) => tool.function.name === name);
  if (only.length === 0)
    throw new Refusal('invalid', `tool_choice: there is no tool "${name}".`, { param: 'tool_choice' });
  return { definitions: only, mode: 'required' };
}

export function toolsForm(
  { parallel_tool_calls: isParallel }: ChatRequest,
  { definitions, mode }: OfferedTools,
  format: CallFormat,
  otherwise: AskedParameters['form'],
): AskedParameters['form'] {
  return {
    kind: 'tools',
    format,
    tools: definitions.map((tool, i) => ({ name: tool.function.name, schema: argumentsOf(tool, i) })),
    mode,
    isParallel: isParallel ?? true,
    otherwise: otherwise === null ? null : otherwise.kind === 'schema' ? otherwise.schema : ANY_ARGUMENTS,
  };
}

/** A schema that cannot be enforced binds to an object only, unless the client insists on it. */
function argumentsOf({ function: { parameters, strict } }: ToolDefinition, index: number): unknown {
  if (!parameters || Object.keys(parameters).length === 0) return NO_ARGUMENTS;
  const schema = { type: 'object', ...parameters };
  const path = `tools[${index}].function.parameters`;
  if (strict) checkSchema(schema, path, path);
  try {
    compileSchema(schema);
    return schema;
  } catch (error) {
    if (error instanceof SchemaError) return ANY_ARGUMENTS;
    throw error;
  }
}
