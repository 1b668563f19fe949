import type { EngineDescription, LoadRequest, Sequence, Session } from '../../core/engine.js';
import { randomStream } from '../../core/random.js';
import { sampleToken } from '../../core/sampling.js';
import { type Continuation, continuation } from './answers.js';
import { costModel } from './cost.js';
import { type FaultInjector, faultInjector } from './faults.js';
import { createLane, type Lane } from './lane.js';
import type { FakeScript } from './script.js';
import { BOS, buildVocabulary, EOS, type Vocabulary } from './vocabulary.js';

type Parts = {
  request: LoadRequest;
  script: FakeScript;
  vocabulary: Vocabulary;
  next: Continuation;
  lane: Lane;
  fault: FaultInjector;
  wait: (ms: number) => Promise<void>;
};

/** Loads the script as a model: waits as long as the cost model says and meets the faults set for loading. */
export async function openSession(script: FakeScript, request: LoadRequest, wait: Parts['wait']): Promise<Session> {
  const vocabulary = buildVocabulary(script.vocabulary);
  const cost = costModel(script, request.candidate, `${process.pid}`);
  const fault = faultInjector(script, request.model.path, request.candidate);
  const next = continuation(script, vocabulary);
  const parts: Parts = { request, script, vocabulary, next, lane: createLane(cost), fault, wait };
  await wait(cost.loadMs() + (await fault('load', '')));
  request.onProgress?.(1);
  return {
    describe: () => describe(parts),
    tokenize: (text, { special }) => vocabulary.tokenize(text, special),
    tokenBytes: (token, { special }) => vocabulary.bytesOf(token, special),
    openSequence: () => openSequence(parts),
    dispose: async () => {},
  };
}

function describe({ request, script, vocabulary }: Parts): EngineDescription {
  return {
    engine: 'fake',
    variant: null,
    systemInfo: null,
    threads: request.candidate.threads,
    threadsBatch: request.candidate.threadsBatch ?? request.candidate.threads,
    vocabulary: vocabulary.size,
    contextTokens: request.contextTokens,
    bosToken: script.vocabulary.hasBos ? BOS : null,
    eosTokens: [EOS],
  };
}

function openSequence(parts: Parts): Sequence {
  const { request, vocabulary, lane, fault, wait } = parts;
  const tokens: number[] = [];
  let context = '';
  /** Where the generated part begins: penalties count only tokens from here on. */
  let generatedFrom: number | undefined;
  const push = (added: readonly number[]) => {
    if (tokens.length + added.length > request.contextTokens)
      throw new Error(`The context of ${request.contextTokens} tokens is full.`);
    for (const token of added) {
      tokens.push(token);
      context += Buffer.from(vocabulary.bytesOf(token, true)).toString('latin1');
    }
  };
  return {
    tokens,
    async truncate(count) {
      const kept = tokens.splice(0).slice(0, count);
      generatedFrom = undefined;
      context = '';
      push(kept);
    },
    async prefill(added, options = {}) {
      const size = request.candidate.batch;
      for (let at = 0; at < added.length; at += size) {
        options.signal?.throwIfAborted();
        const batch = added.slice(at, at + size);
        await wait(await fault('prefill', context));
        await lane.prefill(batch.length);
        push(batch);
        options.onBatch?.(at + batch.length);
      }
    },
    async step(added, sampling, options = {}) {
      push(added);
      await wait(await fault('decode', context));
      await lane.decode();
      generatedFrom ??= tokens.length;
      const counts = countsOf(tokens.slice(generatedFrom));
      return sampleToken(logitsAfter(parts, context), sampling, { position: tokens.length, counts, ...options });
    },
    async logits(added) {
      return added.map((token) => {
        push([token]);
        return logitsAfter(parts, context);
      });
    },
    async dispose() {},
  };
}

function countsOf(tokens: readonly number[]): Map<number, number> {
  const counts = new Map<number, number>();
  for (const token of tokens) counts.set(token, (counts.get(token) ?? 0) + 1);
  return counts;
}

/** The scripted token stands out by `confidence`; the rest is seeded by the end of the context. */
function logitsAfter({ script, vocabulary, next }: Parts, context: string): Float32Array {
  const random = randomStream(script.seed, context.slice(-64));
  const logits = Float32Array.from({ length: vocabulary.size }, () => random() * 2 - 1);
  logits[next(context)] = script.confidence;
  return logits;
}
