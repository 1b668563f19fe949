import type { FleetKindSummary, MachineScore } from '../core/fleet-summary.js';
import { extremeDeviates, FEWEST_DEVIATES } from '../stats/extreme-deviates.js';
import { mean, median } from '../stats/sample.js';
import { settingsOf } from './best-setting.js';
import type { MachineRates } from './machine-rates.js';

/** A smaller difference is not worth a name, however sure it is: the margin that a run's own standings use. */
const MATERIAL = 0.02;

/** A machine with its mean log-ratio to the medians of its kind; null where it measured nothing that the others did. */
export type Scored = { machine: MachineRates['machine']; score: number | null };

/**
 * Machines of a kind by pairs with its median. Compared are the settings that every machine measured which measured the most usual one:
 * so all scores are means of the same settings and have the same spread.
 */
export function scoresOf(machines: readonly MachineRates[]): { settings: string[]; scored: Scored[] } {
  const settings = settingsOf(machines).sort((a, b) => b.rates.length - a.rates.length || (a.key < b.key ? -1 : 1));
  const usual = settings[0]?.key;
  const tested = machines.filter(({ rates }) => usual !== undefined && rates.has(usual));
  const common = settings.map(({ key }) => key).filter((key) => tested.every(({ rates }) => rates.has(key)));
  const logOf = ({ rates }: MachineRates, key: string): number => Math.log(rates.get(key)!.objective.estimate);
  const centres = new Map(common.map((key) => [key, median(tested.map((one) => logOf(one, key)))]));
  return {
    settings: common.map((key) => key.split(' ')[0]!),
    scored: machines.map((one) => ({
      machine: one.machine,
      score: tested.includes(one) ? mean(common.map((key) => logOf(one, key) - centres.get(key)!)) : null,
    })),
  };
}

/** `alpha`: probability that a kind without outlying machines names any. */
export function spreadOf(machines: readonly MachineRates[], alpha: number): FleetKindSummary['spread'] {
  const { settings, scored } = scoresOf(machines);
  const tested = scored.filter((one): one is Scored & { score: number } => one.score !== null);
  const outliers = new Set(
    extremeDeviates(
      tested.map(({ score }) => score),
      alpha,
    ).map((index) => tested[index]!.machine),
  );
  const isTested = tested.length >= FEWEST_DEVIATES;
  return {
    isTested,
    settings,
    machines: scored
      .map(({ machine, score }): MachineScore => {
        const ratio = score === null ? Number.NaN : Math.exp(score);
        return {
          node: machine.node,
          ratio,
          soft: machine.machine.fingerprint.soft,
          verdict: verdictOf(ratio, isTested, outliers.has(machine)),
        };
      })
      .filter(({ ratio }) => !Number.isNaN(ratio))
      .sort((a, b) => a.ratio - b.ratio),
  };
}

function verdictOf(ratio: number, isTested: boolean, isOutlier: boolean): MachineScore['verdict'] {
  if (!isTested) return 'not-tested';
  if (!isOutlier || Math.abs(Math.log(ratio)) < MATERIAL) return 'usual';
  return ratio < 1 ? 'slow' : 'fast';
}
