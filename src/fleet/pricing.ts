import { R1Error } from '../core/errors.js';
import type { FleetKind } from '../core/fleet.js';
import type { FleetKindSummary, FleetSetting } from '../core/fleet-summary.js';
import { groupBy } from '../core/group-by.js';
import type { Prices } from '../core/prices.js';
import { median } from '../stats/sample.js';
import type { MachineRates } from './machine-rates.js';

const MILLION = 1e6;
const SECONDS_PER_HOUR = 3600;

export type KindPrice = Prices['machines'][number];

/** Kind id → its price. Throws `USAGE` where an entry means no kind or several. */
export function pricesByKind(prices: Prices | null, kinds: readonly FleetKind[]): Map<string, KindPrice> {
  const found = new Map<string, KindPrice>();
  for (const price of prices?.machines ?? []) {
    const meant = kinds.filter(({ id }) => id.startsWith(price.kind));
    if (meant.length !== 1 || found.has(meant[0]!.id)) throw wrongKind(price.kind, meant, kinds);
    found.set(meant[0]!.id, price);
  }
  return found;
}

function wrongKind(id: string, meant: readonly FleetKind[], kinds: readonly FleetKind[]): R1Error {
  const what =
    meant.length === 0 ? 'is no kind of this fleet' : meant.length > 1 ? 'may be several kinds' : 'has two prices';
  return new R1Error('USAGE', `--prices: "${id}" ${what}.`, {
    fix: `The kinds are: ${kinds.map(({ id: known, name }) => `${known} (${name})`).join('; ')}.`,
  });
}

export function priceOf(
  price: KindPrice | undefined,
  best: FleetSetting,
  machines: readonly MachineRates[],
): FleetKindSummary['price'] {
  if (!price) return null;
  const perMillion = (rate: number): number => (MILLION * price.perHour) / SECONDS_PER_HOUR / rate;
  const busy = busiest(machines);
  return {
    name: price.name ?? null,
    perHour: price.perHour,
    perMillion: perMillion(best.generatedTokensPerSecond.median),
    isOnFrontier: false,
    streams: busy?.streams ?? null,
    perMillionBusy: busy && perMillion(busy.tokensPerSecond),
  };
}

/** The most tokens a second that streams together were measured to get. */
function busiest(machines: readonly MachineRates[]): { streams: number; tokensPerSecond: number } | null {
  const measured = machines.flatMap(({ rates }) =>
    [...rates.values()].flatMap(({ candidateId, throughput }) => (throughput ? [{ candidateId, ...throughput }] : [])),
  );
  const medians = [...groupBy(measured, ({ candidateId }) => candidateId).values()].map((own) => ({
    streams: own[0]!.streams,
    tokensPerSecond: median(own.map(({ tokensPerSecond }) => tokensPerSecond.estimate)),
  }));
  return medians.sort((a, b) => b.tokensPerSecond - a.tokensPerSecond)[0] ?? null;
}

/** Marks the kinds that no other is at least as good as in speed and price, and better in one. */
export function markFrontier(kinds: readonly FleetKindSummary[]): FleetKindSummary[] {
  const at = ({ best, price }: FleetKindSummary) => ({
    speed: best.generatedTokensPerSecond.median,
    cost: price?.perMillion ?? Number.POSITIVE_INFINITY,
  });
  const priced = kinds.filter(({ price }) => price);
  const isBeaten = (one: FleetKindSummary): boolean =>
    priced.some((other) => {
      const [a, b] = [at(other), at(one)];
      return a.speed >= b.speed && a.cost <= b.cost && (a.speed > b.speed || a.cost < b.cost);
    });
  return kinds.map((one) => ({ ...one, price: one.price && { ...one.price, isOnFrontier: !isBeaten(one) } }));
}
