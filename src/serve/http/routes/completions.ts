import type { FastifyInstance } from 'fastify';
import { randomInt } from '../../../core/random.js';
import { Refusal } from '../../refusal.js';
import type { Service } from '../../service.js';
import { written } from '../../template/chat-template.js';
import type { Echo } from '../answer-run.js';
import { type CompletionRequest, completionRequestSchema } from '../completion-request.js';
import { completionShape } from '../completion-shape.js';
import { generate, shapedWriter } from '../generate.js';
import { requireModel } from '../model-name.js';
import { completionParameters } from '../parameters.js';
import { checkTokenIds } from '../token-ids.js';
import { validate } from '../validate.js';

export function completionsRoute(app: FastifyInstance, service: Service): void {
  app.post('/v1/completions', (request, reply) => {
    const body = validate(completionRequestSchema, request.body);
    requireModel(service, body.model);
    checkTokenIds(service, body);
    checkEcho(body);
    const includeUsage = body.stream_options?.include_usage ?? false;
    const stream = body.stream ? { includeUsage, timingsPerToken: body.timings_per_token ?? false } : null;
    return generate(service, request, reply, {
      param: 'prompt',
      promptCount: promptsOf(body).length,
      prompts: () => Promise.all(promptsOf(body).map((prompt) => toTokens(service, prompt))),
      ...(body.echo ? { echoes: (prompts) => echoesOf(service, body, prompts) } : {}),
      answersPerPrompt: body.n ?? 1,
      parameters: completionParameters(body, () => randomInt(service.random, 2 ** 32)),
      reading: { calls: null, showsReasoning: true },
      idPrefix: 'cmpl-',
      writer: shapedWriter(completionShape(typeof body.logprobs === 'number'), stream),
      stream: stream !== null,
    });
  });
}

function promptsOf({ prompt }: CompletionRequest): (string | number[])[] {
  if (typeof prompt === 'string') return [prompt];
  return typeof prompt[0] === 'number' ? [prompt as number[]] : (prompt as (string | number[])[]);
}

async function toTokens({ fleet }: Service, prompt: string | number[]): Promise<number[]> {
  const vocabulary = fleet.description?.vocabulary ?? 0;
  if (typeof prompt !== 'string') {
    const wrong = prompt.find((token) => token >= vocabulary);
    if (wrong === undefined) return prompt;
    throw new Refusal('invalid', `prompt: ${wrong} is not a token id; the vocabulary has ${vocabulary}.`, {
      param: 'prompt',
    });
  }
  const tokens = await fleet.tokenize([written(prompt)]);
  if (tokens.length > 0) return tokens;
  throw new Refusal('invalid', 'prompt: must not be empty for a model without a begin token.', { param: 'prompt' });
}

/** Each echoed token with log-probabilities costs a row of logits. */
const MOST_ECHOED = 8192;

function checkEcho({ echo, max_tokens: maxTokens }: CompletionRequest): void {
  if (maxTokens === 0 && !echo)
    throw new Refusal('invalid', 'max_tokens: must be at least 1, unless the prompt is echoed.', {
      param: 'max_tokens',
      code: 'integer_below_min_value',
    });
}

/** Begin-of-sentence is not of the prompt's text. */
async function echoesOf({ fleet }: Service, body: CompletionRequest, prompts: readonly number[][]): Promise<Echo[]> {
  const tokens = prompts.reduce((sum, { length }) => sum + length, 0);
  if (typeof body.logprobs === 'number' && tokens > MOST_ECHOED)
    throw new Refusal('invalid', `echo: ${tokens} tokens with logprobs; at most ${MOST_ECHOED} in one request.`, {
      param: 'echo',
    });
  return Promise.all(
    promptsOf(body).map(async (prompt, i) => {
      if (typeof prompt !== 'string') {
        const pieces = await fleet.pieces(prompt);
        return { text: Buffer.from(pieces.flat()).toString('utf8'), skips: 0 };
      }
      const own = await fleet.tokenize([written(prompt)], false);
      return { text: prompt, skips: prompts[i]!.length - own.length };
    }),
  );
}
