import { basename } from 'node:path';
import type { ClaimsDocument } from '../../core/claims.js';
import type { Configuration, RunResult } from '../../core/run-result.js';
import type { ReportOptions } from '../reporter.js';
import { shortName } from '../texts/safe-name.js';
import { type Answer, answerOf } from './answer.js';
import { type Comparison, comparisons } from './comparisons.js';
import { type ContextCost, contextCosts } from './context-cost.js';
import { type Ownership, ownership, type TokenCost, tokenCost } from './cost.js';
import { type Effect, effects } from './effects.js';
import { type HeatMap, heatMap } from './heat-map.js';
import { type Limits, limitsOf } from './limits.js';
import { type NoiseStrip, noiseStrip } from './noise-strip.js';
import { type Quantization, quantization } from './quantization.js';
import { type StartUp, startUp } from './start-up.js';
import { type ThreadCurves, threadCurves } from './thread-curves.js';
import { type TokenTimes, tokenTimes } from './token-times.js';

/** Everything that a report says, as plain data: all formats are drawn from this and from nothing else but the trials. */
export type ReportView = {
  run: RunResult;
  runFolder: string;
  options: ReportOptions;
  machine: string;
  /** Names of the models, joined. */
  models: string;
  isSynthetic: boolean;
  answer: Answer;
  comparisons: Comparison[];
  curves: ThreadCurves;
  limits: Limits;
  heat: HeatMap | null;
  tokenTimes: TokenTimes[];
  quantization: Quantization;
  effects: Effect[];
  context: ContextCost[];
  startUp: StartUp;
  noise: NoiseStrip;
  /** Pareto points and the chosen configuration. */
  costs: { configuration: Configuration; cost: TokenCost }[];
  ownership: Ownership | null;
  claims: ClaimsDocument | null;
};

export function buildView(run: RunResult, options: ReportOptions = {}): ReportView {
  const runFolder = runFolderOf(run);
  const answer = answerOf(run, runFolder);
  const quant = quantization(run);
  const curves = threadCurves(run);
  return {
    run,
    runFolder,
    options,
    machine: machineLine(run),
    models: [...new Set(run.plan.models.map(({ name }) => shortName(name, 64)))].join(', '),
    isSynthetic: run.plan.models.some((model) => model.weights === 'random'),
    answer,
    comparisons: comparisons(run, answer),
    curves,
    limits: limitsOf(run, curves, answer.chosen),
    heat: heatMap(run),
    tokenTimes: tokenTimes(run, [answer.chosen, answer.reference]),
    quantization: quant,
    effects: effects(run),
    context: contextCosts(run, answer.chosen?.candidate ?? run.plan.defaultCandidate),
    startUp: startUp(run, quant.rows),
    noise: noiseStrip(run),
    costs: costs(run, answer, options),
    ownership: ownership(answer.chosen, run, options.cost),
    claims: options.claims ?? null,
  };
}

function costs(run: RunResult, answer: Answer, options: ReportOptions): ReportView['costs'] {
  const isListed = (one: Configuration): boolean =>
    one === answer.chosen || one.pareto === 'optimal' || one.pareto === 'possibly-optimal';
  return run.configurations.filter(isListed).flatMap((configuration) => {
    const cost = tokenCost(configuration, run, options.cost);
    return cost ? [{ configuration, cost }] : [];
  });
}

/** Where the run lies as its user would type it: what `--out` named, else the usual place. */
export function runFolderOf({ id, plan }: RunResult): string {
  const at = plan.command.findIndex((word) => word === '--out' || word.startsWith('--out='));
  const out = plan.command[at]?.startsWith('--out=') ? plan.command[at].slice('--out='.length) : plan.command[at + 1];
  return at >= 0 && out && basename(out) === id ? out : `results/${id}`;
}

/** The machine in one line: processor, cores, threads. */
export function machineLine(run: RunResult): string {
  const { cpu, topology, memory } = run.machine;
  const { cores, cpus } = topology.allowed;
  const size = memory.limitBytes.value ?? memory.totalBytes.value;
  const ram = size === null ? [] : [`${Math.round(size / 1024 ** 3)} GiB`];
  return [shortName(cpu.model.value ?? run.machine.platform.arch, 64), `${cores}C/${cpus.length}T`, ...ram].join(' · ');
}
