import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Argv } from 'yargs';
import { R1Error } from '../../core/errors.js';
import type { Machine } from '../../core/machine.js';
import type { Profile } from '../../core/profile.js';
import { parseShare } from '../../core/units.js';
import { probeMachine } from '../../probes/index.js';
import { openPorts } from '../../runs/experiment/ports.js';
import { runBlocks } from '../../runs/experiment/run-blocks.js';
import { type GateJob, sideArm } from '../../runs/gate/job.js';
import { parseGateMetrics } from '../../runs/gate/metrics.js';
import { judgeExact, judgeStored } from '../../runs/gate/modes.js';
import { pairRecords } from '../../runs/gate/pair-records.js';
import { pairSource } from '../../runs/gate/pair-source.js';
import { type GateResult, gateExit } from '../../runs/gate/result.js';
import { wholeFrom } from '../../runs/parse.js';
import { calibrationsOf } from '../../runs/sweep/calibrated.js';
import { profileArm } from '../../runs/sweep/profile-arm.js';
import { readProfile } from '../../store/documents.js';
import { createRunFolder, type RunFolder } from '../../store/run-folder.js';
import type { CommandContext } from '../context.js';
import { openContext } from '../context.js';
import { type OutputFlags, writeGateOutputs } from '../gate/outputs.js';
import { gateLine, gateMarkdown } from '../gate/text.js';

/** A configuration may be gated at the level that measurement.md fixes; it is not a knob, so that nobody tunes it to green. */
const ALPHA = 0.01;

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
    .option('any-machine', {
      type: 'boolean',
      default: false,
      describe: 'Compare both here although the baseline is from another machine',
    })
    .option('model', { type: 'string', describe: 'Model file, when it lies elsewhere than the profile says' })
    .option('seed', { type: 'number', default: 1, coerce: wholeFrom('seed', 0), describe: 'Seed of the coins' })
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
  anyMachine: boolean;
  model?: string;
  seed: number;
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
  return {
    profiles: { baseline, candidate },
    arms: {
      baseline: sideArm('baseline', baseline, { model: own.model, workload }),
      candidate: sideArm('candidate', candidate, {
        model: other.model,
        workload,
        slowdown,
        ...(entry ? { entry } : {}),
      }),
    },
    seed: flags.seed,
    options: {
      metrics,
      margin,
      alpha: ALPHA,
      calibrationSpread: calibrationsOf([own], machine, context)[0]?.spread ?? null,
      fingerprintDifferences: flags.anyMachine ? [] : fingerprintDifferences(baseline, machine),
    },
    ports: openPorts({ machine, log: folder.log, sentinels: flags.sentinels }, context),
  };
}

async function judgePaired(job: GateJob, differences: readonly string[], { console }: CommandContext) {
  const source = pairSource(job, (done, { nextLook, verdict, reasons }) =>
    console.progress(`[${done} pairs, next look at ${nextLook ?? done}] ${verdict}: ${reasons[0] ?? ''}`),
  );
  await runBlocks(source, job.ports);
  const { outcomes } = job.ports.log;
  const paired = source.verdict(outcomes);
  const mend =
    paired.verdict === 'INVALID' && differences.length > 0
      ? ['Use --any-machine to compare both profiles on this machine all the same.']
      : [];
  return {
    verdict: paired.verdict,
    isBlocking: true,
    reasons: [...paired.reasons, ...mend],
    paired,
    stored: null,
    exact: null,
    pairs: pairRecords(outcomes),
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
        metrics: job.options.metrics.map((metric) => metric.name),
        ...job.profiles,
        ...judged,
        startedAt,
        finishedAt: new Date(context.clock.now()).toISOString(),
      };
      writeGateOutputs(result, folder, flags, context);
      context.console.result(flags.json ? JSON.stringify(result, null, 2) : gateMarkdown(result));
      context.console.command(gateLine(result));
      process.exitCode = gateExit(result, flags.strict);
    } finally {
      folder.close();
    }
  },
};
