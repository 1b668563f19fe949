import type { Objectives, Prediction, RequestLoad, TokenRange } from '../../core/capacity-plan.js';
import { type Random, randomInt, randomStream } from '../../core/random.js';
import { percentile } from '../../stats/percentile.js';
import { type Arrival, Replica, type ReplicaModel, type Served } from './replica.js';

/** random: each replica is as likely, as kube-proxy does. two-choices: the less busy of two drawn, as Envoy's least-request does. */
export type Balancer = 'random' | 'two-choices';

/** The queues fill during this share of the requests, which then do not count. */
const WARM_UP = 0.1;

export type Simulated = { served: Served[]; busyShare: number };

/** A Poisson process of requests with lengths drawn from the ranges. Same seed and other rate: the same gaps, stretched. */
export function poissonArrivals(load: RequestLoad, requests: number, seed: number): Arrival[] {
  const random = randomStream(seed, 'arrivals');
  let atMs = 0;
  return Array.from({ length: requests }, () => {
    atMs += (-Math.log(1 - random()) / load.ratePerSecond) * 1000;
    return { atMs, promptTokens: drawn(load.prompt, random), answerTokens: drawn(load.answer, random) };
  });
}

const drawn = ({ least, most }: TokenRange, random: Random): number => least + randomInt(random, most - least + 1);

/** Arrivals, in order of time, over replicas alike. */
export function simulate(
  model: ReplicaModel,
  arrivals: readonly Arrival[],
  options: { replicas: number; balancer: Balancer; seed: number },
): Simulated {
  const random = randomStream(options.seed, 'balancer');
  const replicas = Array.from({ length: options.replicas }, () => new Replica(model));
  for (const arrival of arrivals) choose(replicas, options.balancer, random, arrival.atMs).offer(arrival);
  for (const replica of replicas) replica.advance(Number.POSITIVE_INFINITY);
  const served = replicas.flatMap((replica) => replica.served);
  const lastMs = served.reduce((last, { endMs }) => Math.max(last, endMs), 1);
  const busyMs = replicas.reduce((sum, replica) => sum + replica.busyMs, 0);
  return { served: served.sort((a, b) => a.atMs - b.atMs), busyShare: busyMs / (lastMs * replicas.length) };
}

/** Only those that are looked at need to be brought up to the present. */
function choose(replicas: readonly Replica[], balancer: Balancer, random: Random, atMs: number): Replica {
  const draw = (): Replica => {
    const replica = replicas[randomInt(random, replicas.length)]!;
    replica.advance(atMs);
    return replica;
  };
  const first = draw();
  if (balancer === 'random') return first;
  const second = draw();
  return second.inFlight < first.inFlight ? second : first;
}

export function predict({ served, busyShare }: Simulated, objectives: Objectives): Prediction {
  const counted = served.slice(Math.floor(WARM_UP * served.length));
  const [ttft, tpot] = [counted.map(({ ttftMs }) => ttftMs), counted.map(({ tpotMs }) => tpotMs)];
  const good = counted.filter((one) => keeps(one, objectives));
  return {
    requests: counted.length,
    ttft: { p50: percentile(ttft, 0.5), p95: percentile(ttft, 0.95) },
    tpot: { p50: percentile(tpot, 0.5), p95: percentile(tpot, 0.95) },
    goodShare: good.length / Math.max(1, counted.length),
    busyShare,
  };
}

const keeps = ({ ttftMs, tpotMs }: Served, objectives: Objectives): boolean =>
  ttftMs <= (objectives.ttftMs ?? Number.POSITIVE_INFINITY) &&
  tpotMs <= (objectives.tpotMs ?? Number.POSITIVE_INFINITY);

/** Which objective fewer requests keep than were promised; null when all are kept. */
export function brokenObjective({ served }: Simulated, { ttftMs, tpotMs, share }: Objectives): 'ttft' | 'tpot' | null {
  const counted = served.slice(Math.floor(WARM_UP * served.length));
  const breaks = (values: number[], most: number | null) => most !== null && percentile(values, share) > most;
  if (
    breaks(
      counted.map((one) => one.ttftMs),
      ttftMs,
    )
  )
    return 'ttft';
  return breaks(
    counted.map((one) => one.tpotMs),
    tpotMs,
  )
    ? 'tpot'
    : null;
}
