import { GREEDY, hasNativeTimer, type Sequence, type Session } from '../core/engine.js';
import type { Resources, Samples } from '../core/outcome.js';
import { tokenTrace } from '../core/workload.js';
import { peakRssBytes, readUsage, steadyRssBytes } from './process-usage.js';
import type { ChildPhase, TrialRequest } from './protocol.js';
import { runRequest } from './run-request.js';
import { runSeries } from './run-series.js';
import { usageDelta } from './usage-delta.js';

/** All sequences decode at once, as a server's concurrent streams do. */
async function runStreams(session: Session, first: Sequence, request: TrialRequest): Promise<Samples['streams']> {
  const { candidate, workload } = request;
  if (candidate.sequences < 2) return null;
  await first.truncate(0);
  const sequences = [first, ...Array.from({ length: candidate.sequences - 1 }, () => session.openSequence())];
  const traces = sequences.map((_, i) =>
    tokenTrace(workload.seed + 100 + i, workload.generateTokens + 8, session.describe().vocabulary),
  );
  await Promise.all(sequences.map((sequence, i) => sequence.prefill(traces[i]!.slice(0, 8))));
  const start = performance.now();
  await Promise.all(
    sequences.map(async (sequence, i) => {
      for (const token of traces[i]!.slice(8)) await sequence.step([token], GREEDY);
    }),
  );
  const wallMs = performance.now() - start;
  for (const sequence of sequences.slice(1)) await sequence.dispose();
  return { sequences: sequences.length, tokens: sequences.length * workload.generateTokens, wallMs };
}

async function warmUp(sequence: Sequence, request: TrialRequest, vocabulary: number) {
  const { workload } = request;
  if (workload.warmUpPromptTokens === 0) return { firstTokenAfterLoadMs: null, warmUpTokenMs: [] };
  const trace = tokenTrace(workload.seed + 1, workload.warmUpPromptTokens + workload.warmUpGenerateTokens, vocabulary);
  const cold = await runRequest(sequence, trace, workload.warmUpPromptTokens, { slowdown: 0, onFirst: () => {} });
  await sequence.truncate(0);
  return { firstTokenAfterLoadMs: cold.ttftMs, warmUpTokenMs: cold.decodeMs };
}

/**
 * The measured part of a trial inside the child: series of requests, warm-up, context fill, prefill, decode, concurrent streams.
 * Sends nothing during the measured region. Returns raw samples; the parent computes.
 */
export async function measureSession(
  session: Session,
  request: TrialRequest,
  loadMs: number,
  onPhase: (phase: ChildPhase) => void,
): Promise<{ samples: Samples; resources: Resources }> {
  const { workload, slowdown } = request;
  const { vocabulary } = session.describe();
  const sequence = session.openSequence();
  onPhase('warming-up');
  const series = await runSeries(session, sequence, request);
  const warm = await warmUp(sequence, request, vocabulary);
  if (workload.contextDepth > 0)
    await sequence.prefill(tokenTrace(workload.seed + 2, workload.contextDepth, vocabulary));
  onPhase('prefill');
  const trace = tokenTrace(workload.seed, workload.promptTokens + workload.generateTokens, vocabulary);
  const timer = hasNativeTimer(session) ? session : null;
  await timer?.takeDecodeMs();
  const before = readUsage();
  const region = await runRequest(sequence, trace, workload.promptTokens, {
    slowdown,
    onFirst: () => onPhase('decode'),
  });
  const after = readUsage();
  const decodeNativeMs = (await timer?.takeDecodeMs()) ?? null;
  const streams = await runStreams(session, sequence, request);
  onPhase('finishing');
  return {
    samples: {
      loadMs,
      ...warm,
      prefillMs: region.ttftMs,
      ttftMs: region.ttftMs,
      decodeMs: region.decodeMs,
      decodeNativeMs,
      streams,
      ...(series ? { series } : {}),
    },
    resources: usageDelta(before, after, { peakRssBytes: peakRssBytes(), steadyRssBytes: steadyRssBytes() }),
  };
}
