import { relative } from 'node:path';
import type { Argv } from 'yargs';
import { type Candidate, candidateId, candidateLabel, NO_BINDING } from '../../core/candidate.js';
import { R1Error } from '../../core/errors.js';
import type { Plan, RunResult } from '../../core/run-result.js';
import { formatBytes, formatDuration } from '../../core/units.js';
import { benchSource } from '../../runs/bench/bench-source.js';
import { openPorts } from '../../runs/experiment/ports.js';
import { runBlocks } from '../../runs/experiment/run-blocks.js';
import { wholeFrom } from '../../runs/parse.js';
import { askedAxes } from '../../runs/sweep/asked-axes.js';
import { writeReports } from '../../runs/sweep/finish.js';
import { planArm } from '../../runs/sweep/plan-arms.js';
import { type PlanFlags, preparePlan, readPlanFlags } from '../../runs/sweep/prepare.js';
import { type Started, type StartFlags, startRun } from '../../runs/sweep/start.js';
import { createRunFolder, type RunFolder } from '../../store/run-folder.js';
import { assembleRun } from '../../sweeps/assemble-run.js';
import { combinations } from '../../sweeps/combinations.js';
import { levelsOf } from '../../sweeps/levels.js';
import { OWN_CPUS, placeReplicas } from '../../sweeps/replica-shares.js';
import { toProfile } from '../../sweeps/to-profile.js';
import type { CommandContext } from '../context.js';
import { openContext } from '../context.js';
import { axisOptions, modelOptions } from '../sweep/options.js';
import { rateText, throughputLine } from '../sweep/summary-text.js';

/** The first look of the precision stop, for the progress line. */
const USUAL_TRIALS = 5;

const builder = (yargs: Argv) =>
  axisOptions(modelOptions(yargs))
    .option('request', {
      type: 'string',
      default: '128+1024',
      describe: 'Prompt + generated tokens of the request that "workload" scores',
    })
    .option('trials', {
      type: 'number',
      coerce: wholeFrom('trials', 1),
      describe: 'Exactly so many trials (default: until the 95 % interval is within ±2 %, 5 to 30)',
    })
    .option('effort', {
      type: 'string',
      default: 'default',
      choices: ['quick', 'default', 'thorough'] as const,
      describe: 'quick: pp128 + tg64, else pp512 + tg128',
    });

type Flags = PlanFlags &
  StartFlags & { trials?: number; results: string; out?: string; json: boolean; quiet?: boolean; home?: string };

const isReplicated = ({ replicas }: PlanFlags): boolean => replicas !== undefined && replicas.join() !== '1';

/** One value a knob: as given, or the sensible default; of several models the first. */
function planOne(flags: Flags, started: Started): Plan {
  const threads = flags.threads ?? [String(started.machine.limits.threadBudget)];
  const base = { objective: 'workload', strategy: 'bench', allocator: ['glibc'] } as const;
  const asked = {
    ...flags,
    ...base,
    threads,
    binding: flags.binding ?? [isReplicated(flags) ? OWN_CPUS : NO_BINDING.name],
    allocator: flags.allocator ?? [...base.allocator],
    threadPlacement: flags.threadPlacement ?? ['none'],
  };
  const arms = started.arms.slice(0, 1);
  const { plan } = preparePlan(asked, { ...started, arms });
  const candidate = described(asked, { ...started, arms });
  if (!plan.candidates.some((c) => candidateId(c) === candidateId(candidate))) throw cannotRun(plan.excluded);
  return { ...plan, candidates: [candidate], references: [], defaultCandidate: candidate };
}

function cannotRun(excluded: Plan['excluded']): R1Error {
  const reasons = excluded.map((e) => `${e.value}: ${e.reason}`).join('; ');
  return new R1Error('USAGE', `This configuration cannot run here: ${reasons}.`, {
    mend: 'Change the flag that excludes it.',
  });
}

/** The one configuration that the flags describe. Throws USAGE for none or several. */
function described(flags: PlanFlags, { machine, arms }: Started): Candidate {
  const { backend, model } = arms[0]!;
  const excluded: Plan['excluded'] = [];
  const axes = { ...askedAxes(flags, machine), backends: [], quants: {} };
  const [candidate, ...others] = combinations(backend, model.quant, levelsOf(axes, machine, excluded)).flatMap(
    (combination) => placeReplicas(combination, machine) ?? [],
  );
  if (!candidate) throw cannotRun(excluded);
  if (others.length > 0)
    throw new R1Error('USAGE', `bench measures one configuration; these flags describe ${others.length + 1}.`, {
      mend: 'Give one value a knob, or use `r1-tune sweep`.',
    });
  return candidate;
}

async function measureOne(plan: Plan, { machine }: Started, folder: RunFolder, flags: Flags, context: CommandContext) {
  const expected = { trials: flags.trials ?? USUAL_TRIALS, ms: 0 };
  const arm = planArm(plan, plan.candidates[0]!, 'full');
  await runBlocks(benchSource(arm, flags.trials), openPorts({ machine, log: folder.log, expected }, context));
  context.console.endProgress();
}

function benchText(run: RunResult, folder: string): string {
  const { decodeTokensPerSecond, prefillTokensPerSecond, peakRssBytes, trials, candidate, ttftMs, throughput } =
    run.configurations[0]!;
  const overheads = run.outcomes.flatMap((o) => o.metrics?.overheadMsPerToken ?? []).sort((a, b) => a - b);
  const shares = run.outcomes.flatMap((o) => o.metrics?.overheadShare ?? []).sort((a, b) => a - b);
  const middle = Math.floor(overheads.length / 2);
  const overhead =
    overheads.length === 0
      ? 'the engine does not say'
      : `${overheads[middle]!.toFixed(2)} ms a token over native decode (${(shares[middle]! * 100).toFixed(1)} %)`;
  return [
    candidateLabel(candidate),
    `Decode:   ${rateText(decodeTokensPerSecond!)}`,
    `Prefill:  ${rateText(prefillTokensPerSecond!)}   first token of ${run.plan.workloads.full.promptTokens}: ${formatDuration(ttftMs!.estimate)}`,
    ...(throughput ? [throughputLine(throughput)] : []),
    `Memory:   ${peakRssBytes === null ? 'unknown' : formatBytes(peakRssBytes)} at its peak`,
    `Harness:  ${overhead}`,
    `${trials} processes; files in ${relative('.', folder) || '.'}`,
  ].join('\n');
}

export const benchCommand = {
  command: 'bench',
  describe: 'Measure one configuration until its rate is known to ±2 %',
  builder,
  handler: async (flags: Flags): Promise<void> => {
    const context = openContext(flags);
    const started = await startRun(flags, ['llama-cpp'], context, (machine) => readPlanFlags(flags, machine));
    const plan = planOne(flags, started);
    const time = new Date(context.clock.now());
    const folder = createRunFolder({
      parent: flags.results,
      out: flags.out ?? null,
      label: `bench-${plan.label}`,
      time,
    });
    try {
      folder.writeMachine(started.machine);
      folder.writePlan(plan);
      await measureOne(plan, started, folder, flags, context);
      const run = assembleRun({
        id: folder.id,
        machine: started.machine,
        plan,
        outcomes: folder.log.outcomes,
        quality: [],
        search: null,
      });
      folder.writeRun(run);
      folder.writeProfile('best.json', toProfile(run, run.configurations[0]!, plan.label));
      await writeReports(folder, run, context);
      context.console.result(flags.json ? JSON.stringify(run.configurations[0], null, 2) : benchText(run, folder.path));
    } finally {
      folder.close();
    }
  },
};
