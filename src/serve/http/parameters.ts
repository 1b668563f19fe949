import { DEFAULT_SAMPLING } from '../default-sampling.js';
import { compileSchema } from '../json-schema/compile.js';
import { SchemaError } from '../json-schema/schema-error.js';
import type { GenerateParameters } from '../protocol.js';
import { Refusal } from '../refusal.js';
import type { ReasoningMode, ReasoningStyle } from '../text/reasoning-style.js';
import type { ChatRequest } from './chat-request.js';
import type { CompletionRequest } from './completion-request.js';
import type { Thinking } from './thinking-fields.js';

const COMPLETION_MAX_TOKENS = 16;

/** `maxTokens` null: as many as the context holds. */
export type AskedParameters = Omit<GenerateParameters, 'maxTokens'> & { maxTokens: number | null };

function shared(request: ChatRequest | CompletionRequest, anySeed: () => number) {
  const stop = request.stop ?? [];
  return {
    sampling: {
      temperature: request.temperature ?? DEFAULT_SAMPLING.temperature,
      topP: request.top_p ?? DEFAULT_SAMPLING.top_p,
      topK: Math.max(0, request.top_k ?? 0),
      minP: request.min_p ?? 0,
      // Engines take 32 bits.
      seed: Number(BigInt.asUintN(32, BigInt(request.seed ?? anySeed()))),
      frequencyPenalty: request.frequency_penalty ?? 0,
      presencePenalty: request.presence_penalty ?? 0,
      repetitionPenalty: request.repetition_penalty ?? request.repeat_penalty ?? 1,
      logitBias: request.logit_bias ?? {},
    },
    stops: typeof stop === 'string' ? [stop] : stop,
    echo: false,
    minTokens: request.min_tokens ?? 0,
    stopTokens: request.stop_token_ids ?? [],
    usesCache: request.cache_prompt ?? true,
    ignoreEos: request.ignore_eos ?? false,
  };
}

export function chatParameters(
  request: ChatRequest,
  reasoning: { mode: ReasoningMode; style: ReasoningStyle | null },
  { budget, isSplit }: Thinking,
  form: AskedParameters['form'],
  anySeed: () => number,
): AskedParameters {
  if (request.top_logprobs && !request.logprobs)
    throw new Refusal('invalid', 'top_logprobs: logprobs must be true.', { param: 'top_logprobs' });
  const logprobs = request.logprobs ? (request.top_logprobs ?? 0) : null;
  const asked = request.max_completion_tokens ?? request.max_tokens ?? -1;
  const maxTokens = asked === -1 ? null : asked;
  // A form leaves no room for a model to choose whether it thinks.
  const isBound = form !== null && !(form.kind === 'tools' && form.mode === 'auto' && form.otherwise === null);
  const mode = !isSplit || (isBound && reasoning.mode === 'auto') ? 'off' : reasoning.mode;
  const style = reasoning.style === null ? {} : { style: reasoning.style };
  return { ...shared(request, anySeed), maxTokens, reasoning: mode, ...style, thinkingBudget: budget, logprobs, form };
}

/** Throws a refusal that names the part of the schema which cannot be enforced. */
export function formOf({ response_format: format }: ChatRequest): AskedParameters['form'] {
  if (!format || format.type === 'text') return null;
  if (format.type === 'json_object' || format.json_schema.schema === undefined) return { kind: 'object' };
  const { schema } = format.json_schema;
  checkSchema(schema, 'response_format.json_schema.schema', 'response_format');
  return { kind: 'schema', schema };
}

export function checkSchema(schema: unknown, path: string, param: string): void {
  try {
    compileSchema(schema, path);
  } catch (error) {
    if (!(error instanceof SchemaError)) throw error;
    throw new Refusal('invalid', `${error.path}: ${error.message}`, { param });
  }
}

export function completionParameters(request: CompletionRequest, anySeed: () => number): AskedParameters {
  return {
    ...shared(request, anySeed),
    // What a cache holds has no logits any more.
    ...(request.echo ? { usesCache: false } : {}),
    maxTokens: request.max_tokens === -1 ? null : (request.max_tokens ?? COMPLETION_MAX_TOKENS),
    reasoning: 'off',
    thinkingBudget: null,
    logprobs: request.logprobs ?? null,
    echo: Boolean(request.echo) && typeof request.logprobs === 'number',
    form: null,
  };
}
