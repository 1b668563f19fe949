import * as z from 'zod';
import { candidateSchema } from '../core/candidate.js';
import { modelFileSchema } from '../core/model.js';
import { effectiveSchema } from '../core/outcome.js';
import { reasoningStyleSchema } from './text/reasoning-style.js';

/** What the supervisor and a worker process say to each other over Node's IPC channel. */

const jobId = z.string().describe('Identity of the generation, unique in the supervisor.');

export const samplingSchema = z.object({
  temperature: z.number(),
  topP: z.number(),
  topK: z.int(),
  minP: z.number(),
  seed: z.int().describe('Each step draws with its own seed derived from this one.'),
  frequencyPenalty: z.number(),
  presencePenalty: z.number(),
  repetitionPenalty: z.number(),
  logitBias: z.record(z.string(), z.number()),
});

export const callFormatSchema = z.object({ before: z.string(), between: z.string(), after: z.string() });

export const generateParametersSchema = z.object({
  maxTokens: z
    .int()
    .min(0)
    .describe('Most tokens generated, those of the thinking included; 0 only to look at the prompt.'),
  echo: z
    .boolean()
    .describe('Report the log-probabilities of the prompt, with as many alternatives as `logprobs` says.'),
  sampling: samplingSchema,
  stops: z.array(z.string()),
  reasoning: z.enum(['open', 'auto', 'off']).describe('How the text begins; see ReasoningMode.'),
  style: reasoningStyleSchema.optional().describe('How reasoning is set apart; <think> tags when absent.'),
  thinkingBudget: z.int().min(0).nullable().describe('Tokens of thinking after which it is closed; null for no limit.'),
  logprobs: z.int().min(0).max(20).nullable().describe('Alternatives reported for each token; null for none.'),
  form: z
    .discriminatedUnion('kind', [
      z.object({ kind: z.literal('schema'), schema: z.unknown() }),
      z.object({ kind: z.literal('object') }),
      z.object({
        kind: z.literal('tools'),
        format: callFormatSchema,
        tools: z.array(z.object({ name: z.string(), schema: z.unknown() })),
        mode: z.enum(['auto', 'required']).describe('auto: free text until a call begins.'),
        isParallel: z.boolean().describe('More than one call may follow each other.'),
        otherwise: z.unknown().describe('JSON Schema of an answer without a call; null for free text.'),
      }),
    ])
    .nullable()
    .describe('JSON Schema of the answer, or any JSON object; null for free text. The thinking is free.'),
  minTokens: z.int().min(0).describe('The answer does not end before.'),
  stopTokens: z.array(z.int().min(0)).describe('Tokens that end the answer and give no text.'),
  usesCache: z.boolean().describe('Whether what a KV cache holds of the prompt is used.'),
  ignoreEos: z.boolean().describe('End of sentence does not end the answer.'),
});
export type GenerateParameters = z.infer<typeof generateParametersSchema>;

export const segmentSchema = z.object({
  text: z.string(),
  special: z.boolean().describe("True only for the template's own text: a user's text never makes special tokens."),
});
export type Segment = z.infer<typeof segmentSchema>;

export const toWorkerSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('load'),
    model: modelFileSchema,
    candidate: candidateSchema,
    contextTokens: z.int().min(1),
  }),
  z.object({
    type: z.literal('tokenize'),
    id: z.int(),
    segments: z.array(segmentSchema),
    begins: z.boolean().describe('Whether begin-of-sentence is put in front, for a vocabulary that wants it.'),
  }),
  z.object({ type: z.literal('detokenize'), id: z.int(), tokens: z.array(z.int().min(0)) }),
  z.object({
    type: z.literal('generate'),
    id: jobId,
    tenant: z.string().describe('Whose it is: KV cache is reused only within one tenant.'),
    prompt: z.array(z.int().min(0)).min(1),
    emitted: z.array(z.int().min(0)).describe('Tokens already generated elsewhere: the answer goes on after them.'),
    parameters: generateParametersSchema,
  }),
  z.object({ type: z.literal('pause'), id: jobId }),
  z.object({ type: z.literal('resume'), id: jobId }),
  z.object({ type: z.literal('cancel'), id: jobId }),
]);
export type ToWorker = z.infer<typeof toWorkerSchema>;
export type GenerateMessage = Extract<ToWorker, { type: 'generate' }>;

export const tokenLogprobSchema = z.object({
  token: z.string().describe('Text of the token; characters cut by its edge are shown as U+FFFD.'),
  bytes: z.array(z.int()),
  logprob: z.number(),
});
export const contentLogprobSchema = tokenLogprobSchema.extend({ top_logprobs: z.array(tokenLogprobSchema) });
/** Of a token of the prompt; the first has none. */
export const promptLogprobSchema = contentLogprobSchema.extend({ logprob: z.number().nullable() });
export type PromptLogprob = z.infer<typeof promptLogprobSchema>;
export type ContentLogprob = z.infer<typeof contentLogprobSchema>;

export const finishSchema = z.enum(['stop', 'length', 'cancelled']);
export type Finish = z.infer<typeof finishSchema>;

export const timingsSchema = z.object({
  cachedTokens: z.int().describe('Prompt tokens found in the KV cache.'),
  prefillTokens: z.int().describe('Prompt tokens evaluated.'),
  prefillMs: z.number().describe('From the start of the job to its first token, ms.'),
  decodeTokens: z.int().describe('Tokens after the first.'),
  decodeMs: z.number().describe('From the first token to the last, ms.'),
});
export type Timings = z.infer<typeof timingsSchema>;

export const fromWorkerSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('loading'), share: z.number() }),
  z.object({
    type: z.literal('ready'),
    contextTokens: z.int(),
    vocabulary: z.int(),
    effective: effectiveSchema,
  }),
  z.object({ type: z.literal('tokens'), id: z.int(), tokens: z.array(z.int()) }),
  z.object({ type: z.literal('pieces'), id: z.int(), pieces: z.array(z.array(z.int())).describe('Bytes of each.') }),
  z.object({ type: z.literal('tokenize-failed'), id: z.int(), message: z.string() }),
  z.object({ type: z.literal('started'), id: jobId, cachedTokens: z.int() }),
  z.object({ type: z.literal('prefilled'), id: jobId, tokens: z.int().describe('Evaluated so far.') }),
  z.object({
    type: z.literal('echo'),
    id: jobId,
    logprobs: z.array(promptLogprobSchema).describe('Of the next tokens of the prompt.'),
  }),
  z.object({
    type: z.literal('step'),
    id: jobId,
    tokens: z.array(z.int()).describe('Tokens added by this step; more than one when thinking was closed.'),
    reasoning: z.string(),
    content: z.string(),
    thoughts: z.int().describe('How many of the tokens the model thought; what closes the thinking for it is none.'),
    logprobs: z.array(contentLogprobSchema),
  }),
  z.object({
    type: z.literal('done'),
    id: jobId,
    finish: finishSchema,
    stop: z.string().nullable().describe('The stop string that ended it.'),
    reasoning: z.string().describe('Text that had been held back.'),
    content: z.string().describe('Text that had been held back.'),
    logprobs: z.array(contentLogprobSchema),
    timings: timingsSchema,
  }),
  z.object({
    type: z.literal('failed'),
    id: jobId,
    fault: z.enum(['engine', 'schema']).describe("Whose fault it is: a schema that costs too much is the request's."),
    message: z.string(),
  }),
  z.object({
    type: z.literal('stats'),
    rssBytes: z.number(),
    contextTokensUsed: z.int().describe('Tokens in the KV caches of running sequences.'),
  }),
  z.object({ type: z.literal('fatal'), code: z.string(), message: z.string() }),
]);
export type FromWorker = z.infer<typeof fromWorkerSchema>;
export type StepMessage = Extract<FromWorker, { type: 'step' }>;
export type DoneMessage = Extract<FromWorker, { type: 'done' }>;
