import type { Fleet, FleetGate, FleetKind, FleetTask } from '../core/fleet.js';
import {
  FLEET_SUMMARY_VERSION,
  type FleetKindSummary,
  type FleetSummary,
  type FleetTaskSummary,
} from '../core/fleet-summary.js';
import { groupBy } from '../core/group-by.js';
import type { Prices } from '../core/prices.js';
import { bestSetting } from './best-setting.js';
import { type MachineRates, ratesOf, taskKey } from './machine-rates.js';
import { type KindPrice, markFrontier, priceOf, pricesByKind } from './pricing.js';
import { type KindRates, sharedProfiles } from './shared-profiles.js';
import { softChanges } from './soft-changes.js';
import { scoresOf, spreadOf } from './spread.js';

export type SummaryOptions = {
  prices: Prices | null;
  /** Probability that a fleet without outlying machines names any, a share. */
  falseAlarms: number;
  /** Loss up to which a profile serves another kind, a share. */
  within: number;
};

/** What a fleet says, in numbers. Throws `USAGE` for prices of kinds that it does not hold. */
export function summarizeFleet(fleet: Fleet, options: SummaryOptions): FleetSummary {
  const prices = pricesByKind(options.prices, fleet.kinds);
  const machines = fleet.kinds.flatMap((kind) => kind.machines);
  const runs = machines.flatMap((machine) => machine.runs);
  const tasks = [...groupBy(runs, ({ task }) => taskKey(task))].map(([key, own]) => ({ key, task: own[0]!.task }));
  const measured = tasks.map(({ key, task }) => ({ task, kinds: measuredKinds(fleet, key) }));
  // Every machine of every task is looked at, so they share what chance may do.
  const alpha =
    options.falseAlarms /
    Math.max(
      1,
      measured.reduce((sum, { kinds }) => sum + kinds.length, 0),
    );
  return {
    schemaVersion: FLEET_SUMMARY_VERSION,
    kind: 'r1-tune/fleet-summary',
    falseAlarms: options.falseAlarms,
    within: options.within,
    currency: options.prices?.currency ?? null,
    machines: machines.length,
    runs: runs.length,
    tasks: measured
      .map(({ task, kinds }) => taskSummary(task, kinds, prices, { ...options, falseAlarms: alpha }))
      .sort((a, b) => machinesOf(b) - machinesOf(a)),
    unmeasured: fleet.kinds
      .filter(({ machines: own }) => own.every(({ runs: none }) => none.length === 0))
      .map(({ id, name }) => ({ kind: id, name })),
    gates: fleet.kinds.flatMap(newestGates),
    setAside: fleet.setAside,
    notes: machines.some(({ node, runs: own }) => node === null && own.length > 1) ? ['unnamed'] : [],
  };
}

const machinesOf = ({ kinds }: FleetTaskSummary): number => kinds.reduce((sum, { machines }) => sum + machines, 0);

type MeasuredKind = { kind: FleetKind; machines: MachineRates[] };

const measuredKinds = ({ kinds }: Fleet, task: string): MeasuredKind[] =>
  kinds
    .map((kind) => ({ kind, machines: kind.machines.flatMap((machine) => ratesOf(machine, task) ?? []) }))
    .filter(({ machines }) => machines.length > 0);

function taskSummary(
  task: FleetTask,
  measured: readonly MeasuredKind[],
  prices: ReadonlyMap<string, KindPrice>,
  { falseAlarms: alpha, within }: SummaryOptions,
): FleetTaskSummary {
  const found = measured.flatMap(({ kind, machines }) => {
    const best = bestSetting(machines);
    return best ? [{ kind, machines, best }] : [];
  });
  const rates: KindRates[] = found.map(({ kind, machines, best }) => ({ kind: kind.id, best, machines }));
  const kinds = found.map(
    ({ kind, machines, best }): FleetKindSummary => ({
      kind: kind.id,
      name: kind.name,
      machines: machines.length,
      best,
      price: priceOf(prices.get(kind.id), best, machines),
      spread: spreadOf(machines, alpha),
      changes: softChanges(scoresOf(machines).scored, alpha),
    }),
  );
  return {
    task,
    kinds: markFrontier(kinds).sort((a, b) => b.best.objective.median - a.best.objective.median),
    ...sharedProfiles(rates, within),
  };
}

/** The newest verdict on each profile of each machine. */
const newestGates = ({ id, machines }: FleetKind): FleetSummary['gates'] =>
  machines.flatMap(({ gates }) =>
    [...groupBy(gates, ({ candidate }: FleetGate) => candidate).values()].map(([newest]) => ({
      ...newest!,
      kindId: id,
    })),
  );
