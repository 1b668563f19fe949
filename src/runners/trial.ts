import { hasNativeTimer, type Sequence, type Session } from '../core/engine.js';
import type { Resources, Samples } from '../core/outcome.js';
import { tokenTrace } from '../core/workload.js';
import { peakRssBytes, readUsage, steadyRssBytes } from './process-usage.js';
import type { ChildPhase, TrialRequest } from './protocol.js';
import { runRequest } from './run-request.js';
import { runSeries } from './run-series.js';
import { sharedBytes, swapBytes } from './trial-memory.js';
import { addRegions } from './trial-resources.js';
import { runStreams } from './trial-streams.js';
import { usageDelta } from './usage-delta.js';

export type TrialHooks = {
  onPhase: (phase: ChildPhase) => void;
  /** Resolves when every replica of the trial has come to the same place; at once in a trial of one process. */
  meet: () => Promise<void>;
};

async function warmUp(sequence: Sequence, request: TrialRequest, vocabulary: number) {
  const { workload } = request;
  if (workload.warmUpPromptTokens === 0) return { firstTokenAfterLoadMs: null, warmUpTokenMs: [] };
  const trace = tokenTrace(workload.seed + 1, workload.warmUpPromptTokens + workload.warmUpGenerateTokens, vocabulary);
  const cold = await runRequest(sequence, trace, workload.warmUpPromptTokens, { slowdown: 0, onFirst: () => {} });
  await sequence.truncate(0);
  return { firstTokenAfterLoadMs: cold.ttftMs, warmUpTokenMs: cold.decodeMs };
}

type Alone = Pick<Samples, 'prefillMs' | 'ttftMs' | 'decodeMs' | 'decodeNativeMs'> & { resources: Resources | null };

/** What a replica that does not serve the request alone has of it. */
const NOT_ALONE: Alone = { prefillMs: 0, ttftMs: 0, decodeMs: [], decodeNativeMs: null, resources: null };

/** One request alone on the machine: context fill, prefill, decode. */
async function measureAlone(
  session: Session,
  sequence: Sequence,
  { workload, slowdown }: TrialRequest,
  onPhase: TrialHooks['onPhase'],
): Promise<Alone> {
  const { vocabulary } = session.describe();
  if (workload.contextDepth > 0)
    await sequence.prefill(tokenTrace(workload.seed + 2, workload.contextDepth, vocabulary));
  onPhase('prefill');
  const trace = tokenTrace(workload.seed, workload.promptTokens + workload.generateTokens, vocabulary);
  const timer = hasNativeTimer(session) ? session : null;
  await timer?.takeDecodeMs();
  const before = readUsage();
  const { ttftMs, decodeMs } = await runRequest(sequence, trace, workload.promptTokens, {
    slowdown,
    onFirst: () => onPhase('decode'),
  });
  const after = readUsage();
  return {
    prefillMs: ttftMs,
    ttftMs,
    decodeMs,
    decodeNativeMs: (await timer?.takeDecodeMs()) ?? null,
    resources: usageDelta(before, after, { peakRssBytes: null, steadyRssBytes: null }),
  };
}

/**
 * The measured part of a trial inside the child: series of requests, warm-up, one request alone (of several replicas the
 * first serves it while the others wait), then all streams at once. Sends nothing during a measured region.
 * Returns raw samples; the parent computes.
 */
export async function measureSession(
  session: Session,
  request: TrialRequest,
  loadMs: number,
  { onPhase, meet }: TrialHooks,
): Promise<{ samples: Samples; resources: Resources }> {
  const sequence = session.openSequence();
  onPhase('warming-up');
  const series = await runSeries(session, sequence, request);
  const warm = await warmUp(sequence, request, session.describe().vocabulary);
  await meet();
  const isAlone = (request.replica?.index ?? 0) === 0;
  const { resources: aloneResources, ...alone } = isAlone
    ? await measureAlone(session, sequence, request, onPhase)
    : NOT_ALONE;
  await meet();
  const region = await runStreams(session, sequence, request, meet);
  onPhase('finishing');
  // After the meeting at the start of the streams every replica has its weights in memory, and none has gone yet.
  const shared = request.replica ? sharedBytes() : undefined;
  await meet();
  return {
    samples: { loadMs, ...warm, ...alone, streams: region?.streams ?? null, ...(series ? { series } : {}) },
    resources: {
      ...addRegions([aloneResources, region?.resources ?? null]),
      peakRssBytes: peakRssBytes(),
      steadyRssBytes: steadyRssBytes(),
      swapBytes: swapBytes(),
      ...(shared === undefined ? {} : { sharedBytes: shared }),
    },
  };
}
