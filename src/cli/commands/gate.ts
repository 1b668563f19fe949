import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Argv } from 'yargs';
import { R1Error } from '../../core/errors.js';
import type { Machine } from '../../core/machine.js';
import type { Profile } from '../../core/profile.js';
import { parseShare } from '../../core/units.js';
import { probeMachine } from '../../probes/index.js';
import { drawSeed } from '../../runs/draw-seed.js';
import { openPorts } from '../../runs/experiment/ports.js';
import { runBlocks } from '../../runs/experiment/run-blocks.js';
import { disturbanceText, type Preflight, waitForQuiet } from '../../runs/experiment/wait-for-quiet.js';
import { type GateJob, sideArm } from '../../runs/gate/job.js';
import { parseGateMetrics } from '../../runs/gate/metrics.js';
import { judgeExact, judgeStored } from '../../runs/gate/modes.js';
import { pairRecords } from '../../runs/gate/pair-records.js';
import { pairSource } from '../../runs/gate/pair-source.js';
import { type GatePairRecord, type GateResult, gateExit } from '../../runs/gate/result.js';
import { wholeFrom } from '../../runs/parse.js';
import { profileArm } from '../../runs/sweep/profile-arm.js';
import { readProfile } from '../../store/documents.js';
import { createRunFolder, type RunFolder } from '../../store/run-folder.js';
import type { GateOutcome } from '../../sweeps/gate-paired.js';
import type { CommandContext } from '../context.js';
import { openContext } from '../context.js';
import { type OutputFlags, writeGateOutputs } from '../gate/outputs.js';
import { gateLine, gateMarkdown } from '../gate/text.js';

/** A configuration may be gated at the level that measurement.md fixes; it is not a knob, so that nobody tunes it to green. */
const ALPHA = 0.01;
/** How long to wait for a quiet machine before the first pair. */
const QUIET_MS = 60_000;

const builder = (yargs: Argv) =>
  yargs
    .option('baseline', { type: 'string', demandOption: true, describe: 'Profile that sets the expectation' })
    .option('candidate', { type: 'string', describe: 'Profile to judge (default: the baseline itself)' })
    .option('candidate-install', {
      type: 'string',
      describe: 'Folder of another r1-tune install whose engines the candidate runs on',
    })
    .option('mode', {
      type: 'string',
      default: 'paired',
      choices: ['paired', 'stored', 'exact'] as const,
      describe: 'How to judge',
    })
    .option('metric', {
      type: 'string',
      default: 'decode',
      describe: 'decode, prefill, ttft, itl, load, rss; several share the false-alarm rate',
    })
    .option('margin', { type: 'string', default: '5%', describe: 'The loss that matters' })
    .option('strict', { type: 'boolean', default: false, describe: 'Exit 4 when inconclusive' })
    .option('require-verdict', {
      type: 'boolean',
      default: false,
      describe: 'Exit 4 when there is neither PASS nor FAIL, also where the machine was unfit (else 3)',
    })
    .option('any-machine', {
      type: 'boolean',
      default: false,
      describe: 'Compare both here although the baseline is from another machine',
    })
    .option('fresh-copies', {
      type: 'boolean',
      default: true,
      describe:
        'Where the two have different model files: each trial on a copy made for it, so that no copy keeps its luck',
    })
    .option('model', { type: 'string', describe: 'Model file, when it lies elsewhere than the profile says' })
    .option('seed', {
      type: 'number',
      coerce: wholeFrom('seed', 0),
      describe: 'Seed of the coins, to replay a gate (default: drawn, and written into gate.json)',
    })
    .option('sentinels', {
      type: 'boolean',
      default: true,
      describe: 'Readings before and after each trial that show a disturbed machine (about 0.7 s)',
    })
    .option('inject-slowdown', {
      type: 'string',
      describe: 'For testing the gate: spin for this share of each decode step of the candidate',
    })
    .option('comment', { type: 'string', describe: 'Write a pull-request comment to this file' })
    .option('junit', { type: 'string', describe: 'Write JUnit XML to this file' })
    .option('results', { type: 'string', default: 'results', describe: 'Folder that holds the runs' })
    .option('out', { type: 'string', describe: 'Folder of this gate' })
    .option('json', { type: 'boolean', default: false, describe: 'Print gate.json' });

type Flags = OutputFlags & {
  baseline: string;
  candidate?: string;
  candidateInstall?: string;
  mode: GateResult['mode'];
  metric: string;
  margin: string;
  strict: boolean;
  requireVerdict: boolean;
  anyMachine: boolean;
  freshCopies: boolean;
  model?: string;
  seed?: number;
  sentinels: boolean;
  injectSlowdown?: string;
  results: string;
  out?: string;
  json: boolean;
  quiet?: boolean;
  home?: string;
};

/** Hard facts in which this machine differs from the baseline's. */
function fingerprintDifferences(profile: Profile, machine: Machine): string[] {
  const here = machine.fingerprint.hard as Record<string, unknown>;
  return Object.entries(profile.machine.hard)
    .filter(([name, value]) => JSON.stringify(value) !== JSON.stringify(here[name]))
    .map(([name, value]) => `${name} ${JSON.stringify(value)} there, ${JSON.stringify(here[name])} here`);
}

function childOf(install: string | undefined): string | undefined {
  if (install === undefined) return undefined;
  const places = [join(install, 'dist/runners/child.js'), join(install, 'node_modules/r1-tune/dist/runners/child.js')];
  const found = places.map((place) => resolve(place)).find(existsSync);
  if (!found)
    throw new R1Error(
      'USAGE',
      `--candidate-install: ${install} holds no r1-tune: neither ${places.join(' nor ')} exists.`,
    );
  return found;
}

/** Flags and files of a gate. Throws for what is wrong before a folder is made. */
function readInput(flags: Flags) {
  const baseline = readProfile(flags.baseline);
  return {
    baseline,
    candidate: flags.candidate ? readProfile(flags.candidate) : baseline,
    metrics: parseGateMetrics(flags.metric),
    margin: parseShare(flags.margin),
    slowdown: flags.injectSlowdown === undefined ? 0 : parseShare(flags.injectSlowdown),
    entry: childOf(flags.candidateInstall),
  };
}
type Input = ReturnType<typeof readInput>;

async function openJob(
  flags: Flags,
  input: Input,
  machine: Machine,
  folder: RunFolder,
  context: CommandContext,
): Promise<GateJob> {
  const { baseline, candidate, metrics, margin, slowdown, entry } = input;
  const { workload } = baseline;
  const own = await profileArm(baseline, flags.model, context);
  const other = await profileArm(candidate, flags.model, context);
  const freshCopy = flags.freshCopies && own.model.path !== other.model.path;
  const differences = flags.anyMachine ? [] : fingerprintDifferences(baseline, machine);
  return {
    profiles: { baseline, candidate },
    arms: {
      baseline: sideArm('baseline', baseline, { model: own.model, workload, freshCopy }),
      candidate: sideArm('candidate', candidate, {
        model: other.model,
        workload,
        freshCopy,
        slowdown,
        ...(entry ? { entry } : {}),
      }),
    },
    seed: flags.seed ?? drawSeed(),
    options: {
      metrics,
      margin,
      alpha: ALPHA,
      fingerprintDifferences: differences,
    },
    preflight: differences.length > 0 || !flags.sentinels ? null : await waitForQuiet(context, QUIET_MS),
    ports: openPorts({ machine, log: folder.log, sentinels: flags.sentinels }, context),
  };
}

/** What disturbed a gate that could not decide. */
function seenText(verdict: GateOutcome, pairs: readonly GatePairRecord[], preflight: Preflight | null): string[] {
  if (verdict === 'PASS' || verdict === 'FAIL') return [];
  const repeated = pairs.filter(({ isVoid }) => isVoid).length;
  const seen = [
    ...(preflight && !preflight.isQuiet ? [`before the first pair ${disturbanceText(preflight.seen)}`] : []),
    ...(repeated > 0 ? [`${repeated} pairs were disturbed and run again`] : []),
  ];
  return seen.length === 0 ? [] : [`Seen: ${seen.join('; ')}.`];
}

async function judgePaired(job: GateJob, differences: readonly string[], { console }: CommandContext) {
  const source = pairSource(job, (done, { nextLook, verdict, reasons }) =>
    console.progress(`[${done} pairs, next look at ${nextLook ?? done}] ${verdict}: ${reasons[0] ?? ''}`),
  );
  await runBlocks(source, job.ports);
  const { outcomes } = job.ports.log;
  const paired = source.verdict(outcomes);
  const pairs = pairRecords(outcomes);
  const mend =
    paired.verdict === 'INVALID' && differences.length > 0
      ? ['Use --any-machine to compare both profiles on this machine all the same.']
      : [];
  return {
    verdict: paired.verdict,
    isBlocking: true,
    reasons: [...paired.reasons, ...mend, ...seenText(paired.verdict, pairs, job.preflight)],
    paired,
    stored: null,
    exact: null,
    pairs,
  };
}

async function judge(flags: Flags, job: GateJob, machine: Machine, context: CommandContext) {
  const differences = [...(job.options.fingerprintDifferences ?? [])];
  if (flags.mode === 'stored') return judgeStored(job, machine, differences, context);
  if (flags.mode === 'exact') return judgeExact(job);
  return judgePaired(job, differences, context);
}

export const gateCommand = {
  command: 'gate',
  describe: 'Fail when speed has regressed, with a known false-alarm rate',
  builder,
  handler: async (flags: Flags): Promise<void> => {
    const context = openContext(flags);
    const startedAt = new Date(context.clock.now()).toISOString();
    const input = readInput(flags);
    const machine = await probeMachine(context.host, { clock: context.clock });
    const time = new Date(context.clock.now());
    const folder = createRunFolder({ parent: flags.results, out: flags.out ?? null, label: 'gate', time });
    try {
      const job = await openJob(flags, input, machine, folder, context);
      const judged = await judge(flags, job, machine, context);
      context.console.endProgress();
      const result: GateResult = {
        schemaVersion: 1,
        kind: 'r1-tune/gate',
        mode: flags.mode,
        margin: job.options.margin!,
        alpha: ALPHA,
        seed: job.seed,
        preflight: job.preflight,
        metrics: job.options.metrics.map((metric) => metric.name),
        ...job.profiles,
        ...judged,
        startedAt,
        finishedAt: new Date(context.clock.now()).toISOString(),
      };
      writeGateOutputs(result, folder, flags, context);
      context.console.result(flags.json ? JSON.stringify(result, null, 2) : gateMarkdown(result));
      context.console.command(gateLine(result));
      process.exitCode = gateExit(result, flags);
    } finally {
      folder.close();
    }
  },
};
