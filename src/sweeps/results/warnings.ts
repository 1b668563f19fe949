import type { Machine } from '../../core/machine.js';
import type { Outcome } from '../../core/outcome.js';
import type { Configuration, Plan, RunWarning } from '../../core/run-result.js';
import { formatDuration } from '../../core/units.js';

const STEAL_LIMIT = 0.02;
const OVERHEAD_LIMIT = 0.03;
const UNSTEADY_SHARE = 0.25;

type Facts = { machine: Machine; plan: Plan; outcomes: readonly Outcome[]; configurations: readonly Configuration[] };
type Check = (facts: Facts) => RunWarning | null;

const share = (count: number, of: number): string => `${count} of ${of} trials`;
const percent = (value: number): string => `${(value * 100).toFixed(1)} %`;

const randomWeights: Check = ({ plan }) =>
  plan.models.some((model) => model.weights === 'random')
    ? {
        code: 'random-weights',
        severity: 'info',
        message:
          'The weights are random: speed and memory are those of the real geometry, the text is noise and quality cannot be measured.',
        mend: 'Serve real weights of the same geometry and quantization with --model FILE.',
      }
    : null;

const stolenTime: Check = ({ outcomes }) => {
  const stolen = outcomes.filter((o) => (o.resources?.stealShare ?? 0) > STEAL_LIMIT);
  return stolen.length === 0
    ? null
    : {
        code: 'steal',
        severity: 'warning',
        message: `The hypervisor took more than ${percent(STEAL_LIMIT)} of the CPU time in ${share(stolen.length, outcomes.length)}.`,
        mend: 'Results hold by their intervals; for tighter ones use a machine with dedicated CPUs.',
      };
};

const throttled: Check = ({ configurations }) => {
  const stopped = configurations.filter((c) => c.brokenConstraints.some((text) => text.includes('CPU quota')));
  return stopped.length === 0
    ? null
    : {
        code: 'quota-throttled',
        severity: 'serious',
        message: `The CPU quota stopped ${stopped.length} configuration${stopped.length > 1 ? 's' : ''} while running; none of them can win.`,
        mend: 'Use no more threads than the quota rounded down, or raise the quota.',
      };
};

const harnessOverhead: Check = ({ outcomes }) => {
  const shares = outcomes.flatMap((o) => o.metrics?.overheadShare ?? []).sort((a, b) => a - b);
  const middle = shares[Math.floor(shares.length / 2)];
  return middle === undefined || middle <= OVERHEAD_LIMIT
    ? null
    : {
        code: 'harness-overhead',
        severity: 'warning',
        message: `Between native decode and the reported rate lie ${percent(middle)} of each token (limit ${percent(OVERHEAD_LIMIT)}).`,
        mend: 'Small models decode so fast that sampling and the event loop count; compare rates, not absolute speeds.',
      };
};

type Badge = {
  flag: Outcome['flags'][number];
  /** Largest share of the trials that may carry it without a word. */
  allowedShare: number;
  severity: RunWarning['severity'];
  /** The sentence; `where` is "N of M trials". */
  message: (where: string) => string;
  mend: string;
};

/** A warning for trials that carry a flag, under the flag's own name. */
const flagged =
  ({ flag, allowedShare, severity, message, mend }: Badge): Check =>
  ({ outcomes }) => {
    const count = outcomes.filter((o) => o.flags.includes(flag)).length;
    return count <= outcomes.length * allowedShare
      ? null
      : { code: flag, severity, message: message(share(count, outcomes.length)), mend };
  };

const unsteady = flagged({
  flag: 'not-steady',
  allowedShare: UNSTEADY_SHARE,
  severity: 'warning',
  message: (where) => `First and last third of the decode differ by more than 5 % in ${where}.`,
  mend: 'Something else ran on the machine, or it heats up: repeat when it is quiet.',
});

const swapped = flagged({
  flag: 'swapping',
  allowedShare: 0,
  severity: 'serious',
  message: (where) => `Part of the model lay in swap in ${where}.`,
  mend: 'Free memory, take a smaller quantization or context, or turn swap off for this service.',
});

const unverifiedMemory = flagged({
  flag: 'unverified-memory',
  allowedShare: 0,
  severity: 'warning',
  message: (where) =>
    `A NUMA memory policy was asked for and not shown to hold in ${where}: a mapped model file stays where it was first read.`,
  mend: 'Compare NUMA arms with --mmap off, or drop the page cache before each.',
});

const fewBlocks: Check = ({ configurations }) => {
  const thin = configurations.filter((c) => c.trials > 0 && c.trials < 3);
  return thin.length === 0
    ? null
    : {
        code: 'few-trials',
        severity: 'info',
        message: `${thin.length} configuration${thin.length > 1 ? 's have' : ' has'} fewer than 3 trials: no useful interval for them.`,
        mend: 'Give a larger --budget or --effort thorough.',
      };
};

const smallBudget: Check = ({ plan: { shortfall } }) =>
  shortfall
    ? {
        code: 'small-budget',
        severity: 'warning',
        message:
          shortfall.worth === 'rates'
            ? 'The budget held no confirmation: these are measured rates, too little to recommend anything.'
            : 'The budget held a short look around and the fewest pairs that can confirm: faster configurations may have been missed.',
        mend: `Give --budget ${formatDuration(shortfall.neededMs)} or more.`,
      }
    : null;

const CHECKS: readonly Check[] = [
  smallBudget,
  throttled,
  swapped,
  stolenTime,
  unverifiedMemory,
  unsteady,
  harnessOverhead,
  randomWeights,
  fewBlocks,
];

/** What a reader of the run should know, worst first. */
export const runWarnings = (facts: Facts): RunWarning[] => CHECKS.flatMap((check) => check(facts) ?? []);
