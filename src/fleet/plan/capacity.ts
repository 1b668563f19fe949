import type { CapacityLimit, Objectives, RequestLoad } from '../../core/capacity-plan.js';
import type { ReplicaModel } from './replica.js';
import { type Balancer, brokenObjective, poissonArrivals, simulate } from './simulate.js';

export type Question = { load: RequestLoad; objectives: Objectives; balancer: Balancer; seed: number };
export type Capacity = { mostPerReplica: number; limit: CapacityLimit };

/** Requests of one look: the 95th percentile then rests on 200 of them. */
const LOOK_REQUESTS = 4000;
/** Replicas of a look where the balancer chooses between them; without a choice one stands for all. */
const CHOICE_REPLICAS = 20;
const HALVINGS = 12;
/** A queue that is this full grows for ever on the day that is a little busier. */
const MOST_BUSY = 0.95;

const middle = ({ least, most }: { least: number; most: number }): number => (least + most) / 2;

/** Requests a second that a replica could make if none ever waited: full batches, prompts in between. */
export function saturation({ stepMs, prefillMsPerToken }: ReplicaModel, { prompt, answer }: RequestLoad): number {
  const tokenMs = Math.min(...stepMs.map((ms, i) => ms / (i + 1)));
  return 1000 / (middle(prompt) * prefillMsPerToken + middle(answer) * tokenMs);
}

/** The most requests a second that one replica takes within the objectives, found by halving, and what breaks beyond it. */
export function capacityOf(model: ReplicaModel, question: Question): Capacity {
  const most = MOST_BUSY * saturation(model, question.load);
  const broken = (rate: number) => brokenAt(model, rate, question);
  const idle = broken(most / 1e4);
  if (idle) return { mostPerReplica: 0, limit: `${idle}-idle` };
  let limit = broken(most);
  if (!limit) return { mostPerReplica: most, limit: 'throughput' };
  let [low, high] = [0, most];
  for (let i = 0; i < HALVINGS; i++) {
    const rate = (low + high) / 2;
    const here = broken(rate);
    if (here) [high, limit] = [rate, here];
    else low = rate;
  }
  return { mostPerReplica: low, limit };
}

function brokenAt(model: ReplicaModel, ratePerReplica: number, { load, objectives, balancer, seed }: Question) {
  const replicas = balancer === 'random' ? 1 : CHOICE_REPLICAS;
  const all = { ...load, ratePerSecond: ratePerReplica * replicas };
  const arrivals = poissonArrivals(all, LOOK_REQUESTS, seed);
  return brokenObjective(simulate(model, arrivals, { replicas, balancer, seed }), objectives);
}
