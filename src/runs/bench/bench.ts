import type { Against, RivalPair, RivalRates } from '../../core/against.js';
import { defaultBackends } from '../../core/backends.js';
import { type Candidate, candidateId, NO_BINDING } from '../../core/candidate.js';
import { R1Error } from '../../core/errors.js';
import { OWN_CPUS } from '../../core/own-cpus.js';
import { seededRandom } from '../../core/random.js';
import type { Plan, RunResult } from '../../core/run-result.js';
import { runLlamaBench } from '../../runners/rivals/llama-bench.js';
import { checkRunFolder, createRunFolder, type RunFolder } from '../../store/run-folder.js';
import { assembleRun } from '../../sweeps/results/assemble-run.js';
import { toProfile } from '../../sweeps/results/to-profile.js';
import { combinations } from '../../sweeps/space/combinations.js';
import { levelsOf } from '../../sweeps/space/levels.js';
import { placeReplicas } from '../../sweeps/space/replica-shares.js';
import type { Context } from '../context.js';
import { environmentOf } from '../experiment/environment.js';
import { openPorts } from '../experiment/ports.js';
import { runBlocks } from '../experiment/run-blocks.js';
import { askedAxes } from '../sweep/asked-axes.js';
import { writeReports } from '../sweep/finish.js';
import { planArm } from '../sweep/plan-arms.js';
import { type PlanFlags, preparePlan, readPlanFlags } from '../sweep/prepare.js';
import { type Started, type StartFlags, startRun } from '../sweep/start.js';
import { benchSource } from './bench-source.js';
import { compareWithRival, PAIRS, withRival } from './rival.js';

/** The first look of the precision stop, for the progress line. */
const USUAL_TRIALS = 5;

/**
 * One configuration to measure; `trials` exactly so many, else until its 95 % interval is within ±2 %. `against` is a
 * llama-bench to run beside every trial.
 */
export type BenchRequest = PlanFlags &
  StartFlags & { trials?: number | undefined; against?: string | undefined; results: string; out?: string | undefined };

/** The run of one configuration, how it compares with the rival if one was named, and the folder that holds its files. */
export type BenchResult = { run: RunResult; against: Against | null; folder: string };

const isReplicated = ({ replicas }: PlanFlags): boolean => replicas !== undefined && replicas.join() !== '1';

/** One value a knob: as given, or the sensible default; of several models the first. */
function planOne(flags: BenchRequest, started: Started): Plan {
  const threads = flags.threads ?? [String(started.machine.limits.threadBudget)];
  const base = { objective: 'workload', strategy: 'bench', allocator: ['glibc'], neighbour: false } as const;
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
  const candidate = described(asked, started);
  if (!plan.candidates.some((c) => candidateId(c) === candidateId(candidate))) throw cannotRun(plan.excluded);
  return { ...plan, candidates: [candidate], references: [], defaultCandidate: candidate };
}

function cannotRun(excluded: Plan['excluded']): R1Error {
  const reasons = excluded.map((e) => `${e.value}: ${e.reason}`).join('; ');
  return new R1Error('USAGE', `This configuration cannot run here: ${reasons}.`, {
    fix: 'Change the flag that excludes it.',
  });
}

/** The one configuration that the flags describe. Throws USAGE for none or several. */
function described(flags: PlanFlags, { machine, arms }: Started): Candidate {
  const { backend, model } = arms[0]!;
  const excluded: Plan['excluded'] = [];
  const axes = askedAxes(flags, machine);
  const [candidate, ...others] = combinations(backend, model.quant, levelsOf(axes, machine, excluded)).flatMap(
    (combination) => placeReplicas(combination, machine) ?? [],
  );
  if (!candidate) throw cannotRun(excluded);
  if (others.length > 0)
    throw new R1Error('USAGE', `bench measures one configuration; these flags describe ${others.length + 1}.`, {
      fix: 'Give one value a knob, or use `r1-tune sweep`.',
    });
  return candidate;
}

/** @returns how it compares with the rival, where one is named */
async function measureOne(
  plan: Plan,
  started: Started,
  folder: RunFolder,
  request: BenchRequest,
  context: Context,
): Promise<Against | null> {
  const { against: program } = request;
  const trials = request.trials ?? (program === undefined ? undefined : PAIRS);
  const expected = { trials: trials ?? USUAL_TRIALS, ms: 0 };
  const ports = openPorts({ machine: started.machine, log: folder.log, expected }, context);
  const source = benchSource(planArm(plan, plan.candidates[0]!, 'full'), trials);
  const rival = program === undefined ? null : { program, random: seededRandom(plan.seed), pairs: [] as RivalPair[] };
  const run = rival && rivalRun(rival.program, plan, started, context);
  await runBlocks(source, rival && run ? withRival(ports, { ...rival, run }) : ports);
  context.emit({ type: 'idle' });
  return rival && compareWithRival(rival.program, rival.pairs);
}

function rivalRun(
  program: string,
  plan: Plan,
  { models }: Started,
  { host, signal }: Context,
): () => Promise<RivalRates> {
  const { path, format } = models[0]!;
  if (format !== 'gguf')
    throw new R1Error('USAGE', 'llama-bench runs GGUF files only.', {
      fix: 'Give --model a GGUF file, or leave out --against.',
    });
  const workload = plan.workloads.full;
  return () => runLlamaBench({ program, model: path, workload, env: environmentOf(host), signal });
}

/** Measures one configuration in fresh processes and writes its run folder. Throws USAGE for several configurations. */
export async function bench(request: BenchRequest, context: Context): Promise<BenchResult> {
  checkRunFolder(request.out ?? null, request.results);
  const started = await startRun(request, defaultBackends('sweep'), context, (machine) =>
    readPlanFlags(request, machine),
  );
  const plan = planOne(request, started);
  const time = new Date(context.clock.now());
  const place = { parent: request.results, out: request.out ?? null };
  const folder = createRunFolder({ ...place, label: `bench-${plan.label}`, time });
  try {
    folder.writeMachine(started.machine);
    folder.writePlan(plan);
    const against = await measureOne(plan, started, folder, request, context);
    if (against) folder.writeAgainst(against);
    const { outcomes } = folder.log;
    const { machine } = started;
    const run = assembleRun({ id: folder.id, machine, plan, outcomes, quality: [], search: null });
    folder.writeRun(run);
    folder.writeProfile('best.json', toProfile(run, run.configurations[0]!, plan.label));
    await writeReports(folder, run, context);
    return { run, against, folder: folder.path };
  } finally {
    folder.close();
  }
}
