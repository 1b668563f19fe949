import { CAPACITY_PLAN_VERSION, type CapacityPlan, type KindPlan } from '../../core/capacity-plan.js';
import { R1Error } from '../../core/errors.js';
import type { Fleet, FleetKind } from '../../core/fleet.js';
import type { Prices } from '../../core/prices.js';
import { type KindPrice, pricesByKind } from '../pricing.js';
import { type Capacity, capacityOf, type Question } from './capacity.js';
import { type MeasuredReplica, measuredReplica, replicaModel } from './replica-model.js';
import { brokenObjective, poissonArrivals, predict, simulate } from './simulate.js';

const HOURS_PER_MONTH = (365.25 * 24) / 12;
/** Requests for each replica of the last simulation, and at least so many in all. */
const REQUESTS_PER_REPLICA = 20;
const FEWEST_REQUESTS = 5000;
/** Replicas of the next try over those of the last. One request alone keeps the objectives, so tries end. */
const ANOTHER_TRY = 1.02;

export type PlanQuestion = Question & { model: string | undefined; prices: Prices | null };

/** How many replicas of each kind a load needs. Throws `USAGE` where the fleet does not say which model is meant or measured none. */
export function planCapacity(fleet: Fleet, question: PlanQuestion): CapacityPlan {
  const model = onlyModel(fleet, question.model);
  const prices = pricesByKind(question.prices, fleet.kinds);
  const kinds = fleet.kinds.flatMap((kind) => {
    const measured = measuredReplica(kind, model);
    return measured ? [kindPlan(kind, measured, prices.get(kind.id), question)] : [];
  });
  const sorted = kinds.sort((a, b) => rank(a) - rank(b));
  const chosen = choose(sorted, question.load.ratePerSecond, replicasPerMachine(fleet, model));
  return {
    schemaVersion: CAPACITY_PLAN_VERSION,
    kind: 'r1-tune/capacity-plan',
    model,
    load: question.load,
    objectives: question.objectives,
    balancer: question.balancer,
    currency: question.prices?.currency ?? null,
    kinds: sorted,
    chosen,
    costPerMonth: chosen && costOf(chosen, prices),
  };
}

/** The model that is meant: the one asked for, or the only one. Throws `USAGE`. */
export function onlyModel(fleet: Fleet, asked: string | undefined): string {
  const all = fleet.kinds.flatMap(({ machines }) => machines.flatMap(({ runs }) => runs.map(({ task }) => task.model)));
  const models = [...new Set(all)];
  const wanted = asked ?? (models.length === 1 ? models[0] : undefined);
  if (wanted !== undefined && models.includes(wanted)) return wanted;
  const what = models.length === 0 ? 'The fleet holds no run.' : `The fleet has runs of ${models.join(', ')}.`;
  throw new R1Error('USAGE', asked === undefined ? what : `--model: "${asked}" was not measured. ${what}`, {
    fix: models.length === 0 ? 'Collect runs with r1-tune fleet collect.' : 'Name one of them: --model NAME.',
  });
}

function kindPlan(
  kind: FleetKind,
  measured: MeasuredReplica,
  price: KindPrice | undefined,
  question: Question,
): KindPlan {
  const { profile, points, prefillTokensPerSecond } = measured;
  const { sequences, capacity } = bestCapacity(measured, question);
  const kept = capacity.mostPerReplica > 0 ? keptPromise(measured, sequences, capacity, question) : null;
  const machines = kept && Math.ceil(kept.replicas / profile.candidate.replicas);
  return {
    kind: kind.id,
    name: price?.name ?? kind.name,
    profile: profile.name,
    sequences,
    stepMs: points,
    prefillTokensPerSecond,
    limit: capacity.limit,
    mostPerReplica: kept?.perReplica ?? 0,
    replicas: kept?.replicas ?? null,
    machines,
    mostMachines: price?.most ?? null,
    costPerMonth: price && machines !== null ? machines * price.perHour * HOURS_PER_MONTH : null,
    prediction: kept?.prediction ?? null,
  };
}

/** Of the numbers of sequences that were measured, the one that carries most. */
function bestCapacity(measured: MeasuredReplica, question: Question): { sequences: number; capacity: Capacity } {
  const { prompt, answer } = question.load;
  if (prompt.most + answer.most > measured.profile.contextTokens)
    return { sequences: measured.profile.candidate.sequences, capacity: { mostPerReplica: 0, limit: 'context' } };
  const tried = measured.points.map(({ sequences }) => ({
    sequences,
    capacity: capacityOf(replicaModel(measured, question.load, sequences), question),
  }));
  return tried.sort((a, b) => b.capacity.mostPerReplica - a.capacity.mostPerReplica)[0]!;
}

/** The replicas that the capacity gives, and a few more until a simulation with other draws keeps the objectives too. */
function keptPromise(measured: MeasuredReplica, sequences: number, { mostPerReplica }: Capacity, question: Question) {
  const { load, objectives, balancer, seed } = question;
  const model = replicaModel(measured, load, sequences);
  let replicas = Math.ceil(load.ratePerSecond / mostPerReplica);
  let perReplica = mostPerReplica;
  for (;;) {
    const requests = Math.max(FEWEST_REQUESTS, REQUESTS_PER_REPLICA * replicas);
    const simulated = simulate(model, poissonArrivals(load, requests, seed + 1), { replicas, balancer, seed });
    if (!brokenObjective(simulated, objectives))
      return { replicas, perReplica, prediction: predict(simulated, objectives) };
    replicas = Math.max(replicas + 1, Math.ceil(replicas * ANOTHER_TRY));
    perReplica = load.ratePerSecond / replicas;
  }
}

/** Cheapest first; without prices the fewest machines; what cannot carry the load last. */
const rank = ({ costPerMonth, machines }: KindPlan): number =>
  machines === null ? Number.POSITIVE_INFINITY : (costPerMonth ?? machines);

type Chosen = NonNullable<CapacityPlan['chosen']>;

const replicasPerMachine = (fleet: Fleet, model: string): Map<string, number> =>
  new Map(fleet.kinds.map((kind) => [kind.id, measuredReplica(kind, model)?.profile.candidate.replicas ?? 1]));

/**
 * The first kind with machines enough; where none has, several together. A balancer gives every replica the same share whatever its kind, so
 * together each carries only what the weakest of them can.
 */
function choose(kinds: readonly KindPlan[], rate: number, perMachine: ReadonlyMap<string, number>): Chosen | null {
  const able = kinds.filter(({ replicas }) => replicas !== null);
  const most = ({ kind, mostMachines }: KindPlan): number =>
    (mostMachines ?? Number.POSITIVE_INFINITY) * (perMachine.get(kind) ?? 1);
  const alone = able.find((kind) => kind.replicas! <= most(kind));
  if (alone) return [{ kind: alone.kind, replicas: alone.replicas!, machines: alone.machines! }];
  for (let count = 2; count <= able.length; count++) {
    const together = able.slice(0, count);
    const needed = Math.ceil(rate / Math.min(...together.map(({ mostPerReplica }) => mostPerReplica)));
    if (together.reduce((sum, kind) => sum + most(kind), 0) >= needed) return fill(together, needed, most, perMachine);
  }
  return null;
}

function fill(
  kinds: readonly KindPlan[],
  needed: number,
  most: (kind: KindPlan) => number,
  perMachine: ReadonlyMap<string, number>,
): Chosen {
  let left = needed;
  return kinds.map((kind) => {
    const replicas = Math.min(left, most(kind));
    left -= replicas;
    return { kind: kind.kind, replicas, machines: Math.ceil(replicas / (perMachine.get(kind.kind) ?? 1)) };
  });
}

function costOf(chosen: Chosen, prices: ReadonlyMap<string, KindPrice>): number | null {
  const costs = chosen.map(
    ({ kind, machines }) => (prices.get(kind)?.perHour ?? Number.NaN) * machines * HOURS_PER_MONTH,
  );
  const total = costs.reduce((a, b) => a + b, 0);
  return Number.isNaN(total) ? null : total;
}
