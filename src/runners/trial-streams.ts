import { GREEDY, type Sequence, type Session } from '../core/engine.js';
import type { Resources, Samples, StreamSample } from '../core/outcome.js';
import { tokenTrace, type Workload } from '../core/workload.js';
import { readUsage } from './process-usage.js';
import type { TrialRequest } from './protocol.js';
import { usageDelta } from './usage-delta.js';

export type StreamsRegion = { streams: NonNullable<Samples['streams']>; resources: Resources };

/** Tokens in the cache of a stream before it decodes, where the workload does not say. */
const STREAM_PROMPT = 8;
/** Traces of streams differ from those of the measured request, and from one another over all replicas. */
const STREAM_SEED = 100;

/** The clock that all processes of a machine share (CLOCK_MONOTONIC), ms. */
const sharedClockMs = (): number => Number(process.hrtime.bigint()) / 1e6;

export const streamsOf = ({ streams, generateTokens }: Workload): NonNullable<Workload['streams']> =>
  streams ?? { promptTokens: STREAM_PROMPT, generateTokens };

/** A single stream is a decode like any other, unless the workload asks for the concurrent region. */
const hasStreams = ({ candidate, workload, replica }: TrialRequest): boolean =>
  workload.streams !== undefined || candidate.sequences > 1 || replica !== undefined;

async function decodeStream(sequence: Sequence, tokens: readonly number[], replica: number): Promise<StreamSample> {
  const startMs = sharedClockMs();
  let last = startMs;
  const decodeMs: number[] = [];
  for (const token of tokens) {
    await sequence.step([token], GREEDY);
    const now = sharedClockMs();
    decodeMs.push(now - last);
    last = now;
  }
  return { replica, startMs, decodeMs };
}

/**
 * All sequences of this process decode at once, as a server's concurrent streams do, and at once with those of the other
 * replicas: `meet` resolves when every replica has its prompts in the cache. Null when the trial has no such region.
 */
export async function runStreams(
  session: Session,
  first: Sequence,
  request: TrialRequest,
  meet: () => Promise<void>,
): Promise<StreamsRegion | null> {
  if (!hasStreams(request)) return null;
  const { candidate, workload } = request;
  const replica = request.replica?.index ?? 0;
  const { promptTokens, generateTokens } = streamsOf(workload);
  const { vocabulary } = session.describe();
  await first.truncate(0);
  const sequences = [first, ...Array.from({ length: candidate.sequences - 1 }, () => session.openSequence())];
  const traces = sequences.map((_, i) =>
    tokenTrace(
      workload.seed + STREAM_SEED + replica * candidate.sequences + i,
      promptTokens + generateTokens,
      vocabulary,
    ),
  );
  await Promise.all(sequences.map((sequence, i) => sequence.prefill(traces[i]!.slice(0, promptTokens))));
  await meet();
  const before = readUsage();
  const each = await Promise.all(
    sequences.map((sequence, i) => decodeStream(sequence, traces[i]!.slice(promptTokens), replica)),
  );
  const after = readUsage();
  for (const sequence of sequences.slice(1)) await sequence.dispose();
  const tokens = sequences.length * generateTokens;
  const streams = { sequences: sequences.length, tokens, wallMs: after.wallMs - before.wallMs, each };
  return { streams, resources: usageDelta(before, after, { peakRssBytes: null, steadyRssBytes: null }) };
}
