import { minimumDetectableEffect } from '../../../src/stats/minimum-effect.js';
import { DEFAULT_GATE_RULE } from '../../../src/sweeps/gate/rule.js';
import { evenNoise, GATE_NOISES, type Simulation, simulateGates } from './gate-simulation.js';

const CHANGES = [0, -0.03, -0.05, -0.08, -0.1, -0.15];
const SPREADS = [0.03, 0.05, 0.08, 0.12];
const SEED = 1;

const percent = (share: number, digits = 1): string => (100 * share).toFixed(digits);
const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
const table = (head: readonly string[], rows: readonly string[][]): string =>
  [row(head), row(head.map(() => '---')), ...rows.map(row)].join('\n');

/** FAIL / PASS / INCONCLUSIVE in per cent, and the mean number of pairs. */
function verdicts(simulation: Omit<Simulation, 'seed'>): string {
  const { FAIL, PASS, INCONCLUSIVE, meanPairs } = simulateGates({ ...simulation, seed: SEED });
  return `${percent(FAIL)} / ${percent(PASS)} / ${percent(INCONCLUSIVE)}, ${meanPairs.toFixed(0)}`;
}

const changeNames = CHANGES.map((change) => (change === 0 ? 'no change' : `${percent(change, 0)} %`));

function falseAlarms(gates: number): string {
  const alpha = DEFAULT_GATE_RULE.alpha * DEFAULT_GATE_RULE.looks.length;
  const rate = (more: Partial<Simulation>, name: string): string =>
    percent(simulateGates({ noise: GATE_NOISES[name]!, gates, seed: SEED, ...more }).FAIL, 2);
  const rows = Object.keys(GATE_NOISES).map((name) => [
    name,
    rate({ rule: { margin: 0 } }, name),
    rate({}, name),
    rate({ rule: { margin: 0, alpha } }, name),
    rate({ rule: { margin: 0 }, coin: () => 'AB', tellsOrder: false }, name),
  ]);
  return table(
    ['noise', 'margin 0', 'margin 5 %', 'mutant: alpha not shared', 'mutant: always AB, and not told'],
    rows,
  );
}

function powerByNoise(gates: number): string {
  const rows = Object.entries(GATE_NOISES).map(([name, noise]) => [
    name,
    ...CHANGES.map((change) => verdicts({ noise, gates, change })),
  ]);
  return table(['noise', ...changeNames], rows);
}

function powerBySpread(gates: number): string {
  const effect = (sdOfDifferences: number, pairs: number): string => {
    const alpha = DEFAULT_GATE_RULE.alpha / DEFAULT_GATE_RULE.looks.length;
    return `${percent(minimumDetectableEffect({ sdOfDifferences, pairs, alpha, margin: DEFAULT_GATE_RULE.margin })!)} %`;
  };
  const rows = SPREADS.map((sd) => [
    `${percent(sd, 0)} %`,
    effect(sd, 10),
    effect(sd, 30),
    ...CHANGES.map((change) => verdicts({ noise: evenNoise(sd), gates, change })),
  ]);
  return table(['s_d', 'detectable, 10 pairs', '30 pairs', ...changeNames], rows);
}

/** `simulate-gate.mjs [--gates N]` */
export function main(argv: readonly string[]): void {
  const at = argv.indexOf('--gates');
  const gates = at < 0 ? 20_000 : Number(argv[at + 1]);
  console.log(`### False alarms in ${gates} unchanged gates, %\n\n${falseAlarms(gates)}\n`);
  const few = Math.ceil(gates / 10);
  console.log(`### FAIL / PASS / INCONCLUSIVE in %, mean pairs (${few} gates each)\n\n${powerByNoise(few)}\n`);
  console.log(`### By the noise of a pair (${few} gates each)\n\n${powerBySpread(few)}`);
}
