import { randomStream } from '../../../src/core/random.js';
import { driftVerdict } from '../../../src/sweeps/gate/drift.js';
import { NOISE_MODELS } from './noise.js';

/** How much slower build i of n is: a log-ratio at or below 0. */
type Course = (i: number, n: number) => number;

const BUILDS = 40;
const stepOf =
  (loss: number): Course =>
  (i, n) =>
    i >= 0.75 * n ? Math.log1p(-loss) : 0;
const COURSES: Readonly<Record<string, Course>> = {
  'no change': () => 0,
  '−5 % at build 31': stepOf(0.05),
  '−8 % at build 31': stepOf(0.08),
  '−12 % at build 31': stepOf(0.12),
  'slowly −8 %': (i, n) => (Math.log1p(-0.08) * i) / (n - 1),
  'slowly −12 %': (i, n) => (Math.log1p(-0.12) * i) / (n - 1),
};

/** Share of seeded histories in which the shipped rule says FAIL. */
export function historyAlarms(
  noise: keyof typeof NOISE_MODELS,
  course: Course,
  margin: number,
  histories: number,
): number {
  let alarms = 0;
  for (let seed = 0; seed < histories; seed++) {
    const next = NOISE_MODELS[noise](randomStream(seed, 'history'));
    const values = Array.from({ length: BUILDS }, (_, i) => 30 * Math.exp(next() + course(i, BUILDS)));
    if (driftVerdict({ values, better: 'higher', margin, alpha: 0.01 }).verdict === 'FAIL') alarms += 1;
  }
  return alarms / histories;
}

/** `simulate-history.mjs [--histories N]` */
export function main(argv: readonly string[]): void {
  const at = argv.indexOf('--histories');
  const histories = at < 0 ? 1000 : Number(argv[at + 1]);
  const names = Object.keys(NOISE_MODELS) as (keyof typeof NOISE_MODELS)[];
  const percent = (share: number): string => (100 * share).toFixed(1);
  const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const head = ['noise', 'no change, margin 0', ...Object.keys(COURSES)];
  console.log(`FAIL in % of ${histories} histories of ${BUILDS} builds\n`);
  console.log([row(head), row(head.map(() => '---'))].join('\n'));
  for (const noise of names) {
    const courses = Object.values(COURSES).map((course) => historyAlarms(noise, course, 0.05, histories));
    console.log(row([noise, ...[historyAlarms(noise, () => 0, 0, histories), ...courses].map(percent)]));
  }
}
