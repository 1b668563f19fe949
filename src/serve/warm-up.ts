import { randomUUID } from 'node:crypto';
import { tokenTrace } from '../core/workload.js';
import type { DoneMessage, GenerateParameters } from './protocol.js';
import { newTicket, type Service } from './service.js';

const PROMPT_TOKENS = 32;
const GENERATE_TOKENS = 24;
/** Whose KV cache is never used for a client. */
const TENANT = ' warm-up';

const PARAMETERS: GenerateParameters = {
  maxTokens: GENERATE_TOKENS,
  sampling: {
    temperature: 0,
    topP: 1,
    topK: 0,
    minP: 0,
    seed: 0,
    frequencyPenalty: 0,
    presencePenalty: 0,
    repetitionPenalty: 1,
    logitBias: {},
  },
  stops: [],
  reasoning: 'off',
  thinkingBudget: null,
  logprobs: null,
  form: null,
  echo: false,
  minTokens: 0,
  stopTokens: [],
  usesCache: true,
  ignoreEos: true,
};

/**
 * The first requests after a cold start are slow: page faults, thread pools, clocks. So all workers get one together,
 * then `rounds` more one after another, whose speed readiness compares with the profile.
 */
export async function warmUp(service: Service, rounds: number): Promise<void> {
  if (rounds === 0) return;
  const { replicas } = service.fleet.current.plan.candidate;
  await Promise.all(Array.from({ length: replicas }, (_, i) => runOne(service, i)));
  service.speed.clear();
  for (let round = 0; round < rounds; round++) await runOne(service, replicas + round);
}

function runOne(service: Service, seed: number): Promise<DoneMessage> {
  const vocabulary = service.fleet.description!.vocabulary;
  const room = service.fleet.current.plan.contextTokens - GENERATE_TOKENS;
  const prompt = tokenTrace(seed, Math.min(PROMPT_TOKENS, room), vocabulary);
  return new Promise((resolve, reject) => {
    const sink = { started() {}, step() {}, done: resolve, failed: reject };
    const request = { id: `warm-up-${randomUUID()}`, tenant: TENANT, prompt, parameters: PARAMETERS, sink };
    service.fleet.submit(newTicket(service, request));
  });
}
