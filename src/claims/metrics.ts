import type { Outcome, SeriesSample } from '../core/outcome.js';

/** Numbers of one trial that claims compare. Each is one number a process; null where the trial did not give it. */
export type Metric = {
  words: string;
  unit: 'tok/s' | 'ms' | 'bytes' | 'CPUs' | '';
  read: (trial: Measured) => number | null;
};

type Measured = Pick<Outcome, 'metrics' | 'samples' | 'resources'>;

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);

function quantile(values: readonly number[], share: number): number | null {
  if (values.length === 0) return null;
  const sorted = [...values].sort((a, b) => a - b);
  const place = (sorted.length - 1) * share;
  const low = sorted[Math.floor(place)]!;
  return low + (sorted[Math.ceil(place)]! - low) * (place - Math.floor(place));
}

export const medianOf = (values: readonly number[]): number | null => quantile(values, 0.5);

/** Standard deviation over mean: 0.05 is a spread of 5 %. */
function spread(values: readonly number[]): number | null {
  if (values.length < 2) return null;
  const mean = sum(values) / values.length;
  return Math.sqrt(sum(values.map((v) => (v - mean) ** 2)) / (values.length - 1)) / mean;
}

/** Requests of a series by their number, over all streams. */
const requestsOf = (trial: Measured, keep: (n: number, of: number) => boolean): SeriesSample[] => {
  const series = trial.samples?.series ?? [];
  const count = Math.max(0, ...series.map((s) => s.request + 1));
  return series.filter((s) => keep(s.request, count));
};

/** The last third of a series stands for the settled state. */
const isSettled = (n: number, of: number): boolean => n >= of - Math.ceil(of / 3);

const ttfts = (requests: readonly SeriesSample[]): number[] => requests.map((r) => r.ttftMs);

const endMs = (request: SeriesSample): number => request.startMs + request.ttftMs + sum(request.decodeMs);

function seriesThroughput(trial: Measured): number | null {
  const requests = requestsOf(trial, () => true);
  if (requests.length === 0) return null;
  const tokens = sum(requests.map((r) => r.decodeMs.length + 1));
  return (tokens / Math.max(...requests.map(endMs))) * 1000;
}

function seriesDecode(trial: Measured): number | null {
  const steps = requestsOf(trial, isSettled).flatMap((r) => r.decodeMs);
  return steps.length === 0 ? null : (steps.length / sum(steps)) * 1000;
}

/** Time to first token of each request over the settled time, in order of the requests; empty without a series. */
export function ttftProfile(trial: Measured): number[] {
  const settled = medianOf(ttfts(requestsOf(trial, isSettled)));
  if (settled === null) return [];
  const ordered = [...requestsOf(trial, () => true)].sort((a, b) => a.request - b.request);
  return ttfts(ordered).map((ms) => ms / settled);
}

function firstOverSettled(trial: Measured): number | null {
  const first = medianOf(ttfts(requestsOf(trial, (n) => n === 0)));
  const settled = medianOf(ttfts(requestsOf(trial, isSettled)));
  return first === null || settled === null ? null : first / settled;
}

export const METRICS = {
  decode: { words: 'decode', unit: 'tok/s', read: (t) => t.metrics?.decodeTokensPerSecond ?? null },
  prefill: { words: 'prefill', unit: 'tok/s', read: (t) => t.metrics?.prefillTokensPerSecond ?? null },
  throughput: {
    words: 'throughput of all streams',
    unit: 'tok/s',
    read: (t) => t.metrics?.throughputTokensPerSecond ?? t.metrics?.decodeTokensPerSecond ?? null,
  },
  busyCpus: {
    words: 'busy CPUs',
    unit: 'CPUs',
    read: (t) => (t.metrics?.cpuPercent == null ? null : t.metrics.cpuPercent / 100),
  },
  itlSpread: {
    words: 'spread of the inter-token latency',
    unit: '',
    read: (t) => (t.samples ? spread(t.samples.decodeMs) : null),
  },
  load: { words: 'load time', unit: 'ms', read: (t) => t.metrics?.loadMs ?? null },
  peakRss: { words: 'peak memory', unit: 'bytes', read: (t) => t.metrics?.peakRssBytes ?? null },
  seriesRss: {
    words: 'memory at the end of the series',
    unit: 'bytes',
    read: (t) => medianOf(requestsOf(t, isSettled).map((r) => r.rssBytes)),
  },
  seriesDecode: { words: 'decode at the end of the series', unit: 'tok/s', read: seriesDecode },
  seriesThroughput: { words: 'throughput of the series', unit: 'tok/s', read: seriesThroughput },
  seriesItl95: {
    words: '95th percentile of the inter-token latency',
    unit: 'ms',
    read: (t) =>
      quantile(
        requestsOf(t, () => true).flatMap((r) => r.decodeMs),
        0.95,
      ),
  },
  laterTtft: {
    words: 'first token of later requests',
    unit: 'ms',
    read: (t) => medianOf(ttfts(requestsOf(t, (n) => n > 0))),
  },
  firstTtft: {
    words: 'first token of the first request',
    unit: 'ms',
    read: (t) => medianOf(ttfts(requestsOf(t, (n) => n === 0))),
  },
  settledTtft: {
    words: 'first token of settled requests',
    unit: 'ms',
    read: (t) => medianOf(ttfts(requestsOf(t, isSettled))),
  },
  firstOverSettled: { words: 'first request over settled ones', unit: '', read: firstOverSettled },
} as const satisfies Record<string, Metric>;
export type MetricName = keyof typeof METRICS;

export const readMetric = (trial: Measured, name: MetricName): number | null => {
  const metric: Metric = METRICS[name];
  return metric.read(trial);
};
