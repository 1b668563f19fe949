import type { FleetTaskSummary, SharedProfile } from '../core/fleet-summary.js';
import { median } from '../stats/sample.js';
import { settingsOf } from './best-setting.js';
import { type MachineRates, settingKey } from './machine-rates.js';

export type KindRates = { kind: string; best: { candidateId: string; engine: string }; machines: MachineRates[] };

type Loss = SharedProfile['kinds'][number];

/** What a setting loses against the kind's best, on machines that measured both. */
function lossOf({ kind, best, machines }: KindRates, key: string): Loss | null {
  const ratios = machines.flatMap(({ rates }) => {
    const [own, other] = [rates.get(settingKey(best)), rates.get(key)];
    return own && other?.meetsConstraints ? [other.objective.estimate / own.objective.estimate] : [];
  });
  return ratios.length === 0 ? null : { kind, loss: 1 - median(ratios), machines: ratios.length };
}

/**
 * Which settings serve several kinds within `within` of each kind's own best, as few settings as a greedy choice finds, and which kinds are
 * left with their own. Only what was measured counts: a setting that nobody tried on a kind serves it in no way that is known.
 */
export function sharedProfiles(kinds: readonly KindRates[], within: number): Pick<FleetTaskSummary, 'shared' | 'own'> {
  const settings = settingsOf(kinds.flatMap(({ machines }) => machines));
  const losses = settings.map(({ key, rates }) => ({
    rate: rates[0]!,
    kinds: kinds.flatMap((kind) => lossOf(kind, key) ?? []),
  }));
  const shared: SharedProfile[] = [];
  const left = new Set(kinds.map(({ kind }) => kind));
  for (;;) {
    const served = losses
      .map(({ rate, kinds: all }) => ({
        rate,
        kinds: all.filter(({ kind, loss }) => left.has(kind) && loss <= within),
      }))
      .filter(({ kinds: some }) => some.length > 1)
      .sort((a, b) => b.kinds.length - a.kinds.length || total(a.kinds) - total(b.kinds))[0];
    if (!served) break;
    const { candidateId, candidate, engine } = served.rate;
    shared.push({ candidateId, candidate, engine, kinds: served.kinds });
    for (const { kind } of served.kinds) left.delete(kind);
  }
  return { shared, own: kinds.filter(({ kind }) => left.has(kind)).map((kind) => ownOf(kind, kinds, losses)) };
}

const total = (losses: readonly Loss[]): number => losses.reduce((sum, { loss }) => sum + loss, 0);

/** The least loss of what is best elsewhere. */
function ownOf(
  { kind }: KindRates,
  kinds: readonly KindRates[],
  losses: readonly { rate: { candidateId: string; engine: string }; kinds: Loss[] }[],
): FleetTaskSummary['own'][number] {
  const elsewhere = new Set(kinds.filter((other) => other.kind !== kind).map(({ best }) => settingKey(best)));
  const tried = losses
    .filter(({ rate }) => elsewhere.has(settingKey(rate)))
    .flatMap(({ kinds: all }) => all.filter((one) => one.kind === kind).map(({ loss }) => loss));
  return tried.length === 0
    ? { kind, why: 'not-measured', loss: null }
    : { kind, why: 'slower', loss: Math.min(...tried) };
}
