import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { RefusalReason } from './refusal.js';
import type { Speedometer } from './speed.js';
import type { Fleet } from './supervisor/fleet.js';
import type { FleetObserver } from './supervisor/observer.js';

/** What the server counts; `text` is the exposition format of Prometheus. */
export type Metrics = Omit<FleetObserver, 'soloDecode'> & {
  firstToken(ms: number): void;
  /** Time since the token before, ms. */
  nextToken(ms: number): void;
  answered(answer: {
    e2eMs: number;
    decodeMs: number;
    prompt: number;
    cached: number;
    reasoning: number;
    answer: number;
  }): void;
  refused(reason: RefusalReason): void;
  text(): Promise<string>;
  readonly contentType: string;
};

/** From a tiny model on a fast core to a 32B one with a long prompt. */
const TOKEN_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.02, 0.03, 0.05, 0.075, 0.1, 0.15, 0.25, 0.5, 1, 2.5];
const REQUEST_BUCKETS = [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 40, 80, 160, 320, 640, 1280];

export function createMetrics(fleet: () => Fleet, speed: Speedometer, profile: Record<string, string>): Metrics {
  const registry = new Registry();
  const registers = [registry];
  const histogram = (name: string, help: string, buckets: number[]) =>
    new Histogram({ name: `r1tune_${name}_seconds`, help, buckets, registers });
  const counter = <L extends string>(name: string, help: string, labelNames: L[]) =>
    new Counter({ name: `r1tune_${name}_total`, help, labelNames, registers });

  const ttft = histogram('ttft', 'From the arrival of a request to its first token.', REQUEST_BUCKETS);
  const itl = histogram('itl', 'Between two tokens of an answer.', TOKEN_BUCKETS);
  const tpot = histogram('tpot', 'Mean time a token after the first, one value an answer.', TOKEN_BUCKETS);
  const e2e = histogram('e2e', 'From the arrival of a request to the end of its answer.', REQUEST_BUCKETS);
  const queue = histogram('queue', 'Wait of a request for a free sequence.', REQUEST_BUCKETS);
  const tokens = counter('tokens', 'Tokens by kind; cached ones are a part of the prompt.', ['kind']);
  const rejected = counter('rejected', 'Requests refused, by reason.', ['reason']);
  const cancelled = counter('cancelled', 'Requests whose client left, by stage.', ['stage']);
  const resumed = counter('resumed', 'Requests that went on after their worker died.', []);
  const restarts = counter('worker_deaths', 'Worker processes that ended unexpectedly.', ['worker']);
  fleetGauges(fleet, speed, registers);
  new Gauge({ name: 'r1tune_profile_info', help: 'The deployment.', labelNames: Object.keys(profile), registers }).set(
    profile,
    1,
  );

  return {
    dequeued: (waitedMs) => queue.observe(waitedMs / 1000),
    cancelled: (stage) => cancelled.inc({ stage }),
    resumed: () => resumed.inc(),
    workerDied: (index) => restarts.inc({ worker: index }),
    firstToken: (ms) => ttft.observe(ms / 1000),
    nextToken: (ms) => itl.observe(ms / 1000),
    answered({ e2eMs, decodeMs, ...kinds }) {
      e2e.observe(e2eMs / 1000);
      const made = kinds.reasoning + kinds.answer;
      if (made > 1) tpot.observe(decodeMs / 1000 / (made - 1));
      for (const [kind, count] of Object.entries(kinds)) tokens.inc({ kind }, count);
    },
    refused: (reason) => rejected.inc({ reason }),
    text: () => registry.metrics(),
    contentType: registry.contentType,
  };
}

/** Read when they are scraped. The `vllm:` names are those that the Kubernetes gateway inference extension looks for. */
function fleetGauges(fleet: () => Fleet, speed: Speedometer, registers: Registry[]): void {
  const gauge = (name: string, help: string, value: () => number) =>
    new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(value());
      },
    });
  const perWorker = (name: string, help: string, value: (worker: Fleet['current']['workers'][number]) => number) =>
    new Gauge({
      name,
      help,
      labelNames: ['worker'],
      registers,
      collect() {
        this.reset();
        for (const worker of fleet().current.workers) this.set({ worker: worker.index }, value(worker));
      },
    });
  const usage = () => {
    const { workers, plan } = fleet().current;
    const used = workers.reduce((sum, worker) => sum + worker.contextTokensUsed, 0);
    return used / (fleet().slots * plan.contextTokens);
  };
  perWorker('r1tune_worker_up', '1 when the worker is loaded.', ({ state }) => (state === 'ready' ? 1 : 0));
  perWorker('r1tune_worker_rss_bytes', 'Resident memory of the worker.', ({ rssBytes }) => rssBytes);
  perWorker('r1tune_batch_size', 'Sequences that the worker decodes now.', ({ active }) => active.size);
  gauge(
    'r1tune_decode_ratio',
    'Decode speed of requests alone on a worker, relative to the profile.',
    () => speed.ratio ?? Number.NaN,
  );
  gauge('vllm:num_requests_running', 'Requests being answered.', () => fleet().dispatcher.running.length);
  gauge('vllm:num_requests_waiting', 'Requests that wait for a sequence.', () => fleet().dispatcher.queued.length);
  gauge('vllm:kv_cache_usage_perc', 'Share of the KV caches in use, 0 to 1.', usage);
}
