import { type Candidate, candidateId, candidateLabel } from '../../core/candidate.js';
import type { Interval } from '../../core/interval.js';
import type { Metrics, Outcome } from '../../core/outcome.js';
import type { Configuration, Plan } from '../../core/run-result.js';
import { ratioInterval } from '../../stats/hodges-lehmann.js';
import { longRunRate } from '../../stats/long-run-rate.js';
import { rateInterval } from '../../stats/rate-interval.js';
import { median } from '../../stats/sample.js';
import { FEWEST_PAIRS } from '../search/confirm.js';
import { everyCandidate } from '../space/references.js';
import { brokenConstraints } from './constraints.js';
import { objectiveOf } from './trial-result.js';

const numbers = (values: readonly (number | null | undefined)[]): number[] =>
  values.filter((value): value is number => value !== null && value !== undefined);

const intervalOf = (values: readonly number[]): Interval | null => (values.length > 0 ? rateInterval(values) : null);

/** Full trials of the race and the confirmation in the order measured: what shows how the machine wanders. */
type Series = readonly Outcome[];
const seriesOf = (outcomes: readonly Outcome[]): Series =>
  outcomes.filter(
    (o) =>
      o.status === 'measured' && !o.voided && (o.phase === 'race' || o.phase === 'confirm') && o.fidelity === 'full',
  );

/** The series without the trials that a confirmed configuration was chosen by, since luck chose them too; null for others. */
function confirmedSeries(id: string, series: Series): Series | null {
  const isConfirmed = series.filter((o) => o.candidateId === id && o.phase === 'confirm').length >= FEWEST_PAIRS;
  return isConfirmed ? series.filter((o) => o.candidateId !== id || o.phase === 'confirm') : null;
}

/** What to expect of a configuration in the long run: of a confirmed one by longRunRate, of others by their few trials. */
function expectedOf(id: string, trials: readonly Outcome[], series: Series) {
  const confirmed = confirmedSeries(id, series);
  return (read: (outcome: Outcome) => number | null): Interval | null => {
    if (!confirmed) return intervalOf(numbers(trials.map(read)));
    const rates = confirmed.flatMap((o) => {
      const rate = read(o);
      return rate === null ? [] : [{ arm: o.candidateId, rate }];
    });
    return rates.some(({ arm }) => arm === id) ? longRunRate(rates, id) : null;
  };
}

const medianOf = (values: readonly (number | null)[]): number | null => {
  const present = numbers(values);
  return present.length > 0 ? median(present) : null;
};

/** Trials that count: measured, not voided, and the full ones where there are any. */
export function countedTrials(outcomes: readonly Outcome[]): Outcome[] {
  const measured = outcomes.filter((o) => o.status === 'measured' && !o.voided);
  const full = measured.filter((o) => o.fidelity === 'full');
  return full.length > 0 ? full : measured;
}

function failuresOf(outcomes: readonly Outcome[]): Configuration['failures'] {
  const groups = new Map<string, Configuration['failures'][number]>();
  for (const { status, reason } of outcomes.filter((o) => o.status !== 'measured')) {
    const key = `${status}/${reason}`;
    groups.set(key, { status, reason: reason ?? '', trials: (groups.get(key)?.trials ?? 0) + 1 });
  }
  return [...groups.values()];
}

/** Log-ratios of the objective over the default's, from every block of the race or confirmation that holds both. */
export function pairedLogRatios(
  outcomes: readonly Outcome[],
  ids: { candidate: string; reference: string },
  value: (outcome: Outcome) => number | null,
): number[] {
  const key = (o: Outcome): string => `${o.phase}/${o.block}`;
  const usable = outcomes.filter(
    (o) => o.status === 'measured' && !o.voided && (o.phase === 'race' || o.phase === 'confirm'),
  );
  const references = new Map(usable.filter((o) => o.candidateId === ids.reference).map((o) => [key(o), value(o)]));
  return usable
    .filter((o) => o.candidateId === ids.candidate && references.get(key(o)))
    .flatMap((o) => {
      const own = value(o);
      return own === null ? [] : [Math.log(own / references.get(key(o))!)];
    });
}

function vsDefault(id: string, defaultId: string, plan: Plan, outcomes: readonly Outcome[]): Interval | null {
  if (id === defaultId) return null;
  const ratios = pairedLogRatios(outcomes, { candidate: id, reference: defaultId }, (o) => objectiveOf(o, plan));
  return ratios.length > 0 ? ratioInterval(ratios) : null;
}

function throughputOf(
  { replicas, sequences }: Candidate,
  trials: readonly Outcome[],
  expected: ReturnType<typeof expectedOf>,
): Pick<Configuration, 'throughput'> {
  const tokensPerSecond = expected((o) => o.metrics!.throughputTokensPerSecond);
  if (!tokensPerSecond) return {};
  const itl = (read: (m: NonNullable<Metrics['streamItlMs']>) => number | null): number | null =>
    medianOf(trials.map((o) => (o.metrics!.streamItlMs ? read(o.metrics!.streamItlMs) : null)));
  return {
    throughput: {
      streams: replicas * sequences,
      tokensPerSecond,
      itlP50Ms: itl((m) => m.p50),
      itlP95Ms: itl((m) => m.p95),
    },
  };
}

/** Everything the trials say about one configuration. The Pareto place is set later, among all of them. */
export function summarizeConfiguration(
  candidate: Candidate,
  plan: Plan,
  outcomes: readonly Outcome[],
  quality: number | null,
  series: Series = seriesOf(outcomes),
): Configuration {
  const id = candidateId(candidate);
  const defaultId = candidateId(plan.defaultCandidate);
  const own = outcomes.filter((o) => o.candidateId === id);
  const trials = countedTrials(own);
  const pick = (read: (m: Metrics) => number | null): (number | null)[] => trials.map((o) => read(o.metrics!));
  const expected = expectedOf(id, trials, series);
  const expect = (read: (m: Metrics) => number | null): Interval | null => expected((o) => read(o.metrics!));
  const prefill = expect((m) => m.prefillTokensPerSecond);
  const peaks = numbers(pick((m) => m.peakRssBytes));
  const peakRssBytes = peaks.length > 0 ? Math.max(...peaks) : null;
  const broken = prefill
    ? brokenConstraints({ prefillTokensPerSecond: prefill.estimate, peakRssBytes }, plan, quality)
    : [];
  if (trials.some((o) => o.flags.includes('quota-throttled'))) broken.push('the CPU quota stopped it while it ran');
  return {
    candidateId: id,
    candidate,
    label: candidateLabel(candidate),
    isDefault: id === defaultId,
    trials: trials.length,
    failures: failuresOf(own),
    objective: expected((o) => objectiveOf(o, plan)),
    prefillTokensPerSecond: prefill,
    decodeTokensPerSecond: expect((m) => m.decodeTokensPerSecond),
    ttftMs: expect((m) => m.ttftMs),
    ...throughputOf(candidate, trials, expected),
    loadMs: intervalOf(numbers(pick((m) => m.loadMs))),
    peakRssBytes,
    cpuSecondsPerToken: medianOf(pick((m) => m.cpuSecondsPerToken)),
    energyJoulesPerToken: medianOf(pick((m) => m.energyJoulesPerToken)),
    vsDefault: vsDefault(id, defaultId, plan, outcomes),
    meetsConstraints: broken.length === 0,
    brokenConstraints: broken,
    pareto: 'not-ranked',
  };
}

/** All configurations that were tried, best objective first, then those that never ran. */
export function summarizeConfigurations(
  plan: Plan,
  outcomes: readonly Outcome[],
  qualityOf: (candidate: Candidate) => number | null,
): Configuration[] {
  const series = seriesOf(outcomes);
  const tried = new Set(outcomes.map((o) => o.candidateId));
  return everyCandidate(plan)
    .filter((candidate) => tried.has(candidateId(candidate)))
    .map((candidate) => summarizeConfiguration(candidate, plan, outcomes, qualityOf(candidate), series))
    .sort((a, b) => (b.objective?.estimate ?? 0) - (a.objective?.estimate ?? 0));
}
