import type { Sequence, Session } from '../core/engine.js';
import type { SeriesSample } from '../core/outcome.js';
import { randomStream } from '../core/random.js';
import { type RequestSeries, tokenTrace } from '../core/workload.js';
import { steadyRssBytes } from './process-usage.js';
import type { TrialRequest } from './protocol.js';
import { runRequest } from './run-request.js';

/** Seeds of traces that must differ from those of the measured region. */
const PREFIX_SEED = 50;
const REQUEST_SEED = 1000;

type Lengths = RequestSeries['promptTokens'];
type SeriesRequest = { prefix: number[]; own: number[]; promptTokens: number };

/** What the n-th request of a stream asks: the shared prefix, then tokens of its own; the same in every process. */
function requestOf(workload: TrialRequest['workload'], stream: number, n: number, vocabulary: number): SeriesRequest {
  const series = workload.series!;
  const random = randomStream(workload.seed, `series ${stream}/${n}`);
  const drawn = ({ least, most }: Lengths): number => least + Math.floor(random() * (most - least + 1));
  const promptTokens = drawn(series.promptTokens);
  const seed = workload.seed + REQUEST_SEED * (stream + 1) + n;
  return {
    prefix: tokenTrace(workload.seed + PREFIX_SEED, series.sharedPrefixTokens, vocabulary),
    own: tokenTrace(seed, promptTokens + drawn(series.generateTokens), vocabulary),
    promptTokens,
  };
}

async function runStream(
  sequence: Sequence,
  stream: number,
  startMs: number,
  workload: TrialRequest['workload'],
  vocabulary: number,
): Promise<SeriesSample[]> {
  const { requests, reusesPrefix } = workload.series!;
  const samples: SeriesSample[] = [];
  for (let n = 0; n < requests; n++) {
    const { prefix, own, promptTokens } = requestOf(workload, stream, n, vocabulary);
    const kept = reusesPrefix && n > 0 ? prefix.length : 0;
    await sequence.truncate(kept);
    const evaluated = prefix.length - kept + promptTokens;
    const begun = performance.now();
    const trace = [...prefix.slice(kept), ...own];
    const region = await runRequest(sequence, trace, evaluated, { slowdown: 0, onFirst: () => {} });
    const place = { stream, request: n, startMs: begun - startMs, promptTokens: evaluated };
    samples.push({ ...place, ...region, rssBytes: steadyRssBytes() });
  }
  await sequence.truncate(0);
  return samples;
}

/**
 * Requests as a server sees them: every sequence serves one after another, all sequences at once. Comes right after the
 * load, so that the first requests are cold. Undefined when the workload has no series.
 */
export async function runSeries(
  session: Session,
  first: Sequence,
  { workload, candidate }: TrialRequest,
): Promise<SeriesSample[] | undefined> {
  if (!workload.series) return undefined;
  const { vocabulary } = session.describe();
  const others = Array.from({ length: candidate.sequences - 1 }, () => session.openSequence());
  const startMs = performance.now();
  const streams = [first, ...others].map((sequence, i) => runStream(sequence, i, startMs, workload, vocabulary));
  const samples = (await Promise.all(streams)).flat();
  for (const sequence of others) await sequence.dispose();
  return samples;
}
