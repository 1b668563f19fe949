import { type Backend, baseCandidate, type Candidate, candidateId, candidateLabel } from '../../src/core/candidate.js';
import type { Interval } from '../../src/core/interval.js';
import { GEOMETRIES, kvBytesPerToken, type ModelFile, shapeSchema } from '../../src/core/model.js';
import type { Outcome, OutcomeStatus, TrialPhase } from '../../src/core/outcome.js';
import { gaussian, type Random, seededRandom, shuffled } from '../../src/core/random.js';
import type { Configuration, Plan, Quality, RunResult } from '../../src/core/run-result.js';
import { FULL_WORKLOAD, objectiveValue, R1_REQUEST, SHORT_WORKLOAD } from '../../src/core/workload.js';
import { sampleBandwidth, sampleMachine } from './sample-machine.js';

/** A made-up run with every feature of the format: two backends, three quantizations, failures, voided pairs. */

export type SampleOptions = {
  seed?: number;
  /** About how many trials; the rest of the design stays the same. */
  trials?: number;
  weights?: 'trained' | 'random';
};

const ID = 'deepseek-r1-distill-qwen-1.5b';
const PARAMETERS = 1_777_088_000;
const BITS: Record<string, number> = { q4_0: 4.5, q8_0: 8.5, f16: 16, int4: 4.5, int8: 8.25 };
const QUANTS: [Backend, string][] = [
  ['llama-cpp', 'q4_0'],
  ['llama-cpp', 'q8_0'],
  ['llama-cpp', 'f16'],
  ['onnx', 'int4'],
  ['onnx', 'int8'],
];
const THREADS = [1, 2, 3, 4, 6, 8, 10, 12, 16];
const START = Date.parse('2026-03-01T08:05:00.000Z');

const bytesPerToken = (quant: string): number => Math.round((PARAMETERS * 0.87 * BITS[quant]!) / 8);

function modelFile(backend: Backend, quant: string, weights: 'trained' | 'random'): ModelFile {
  const isGguf = backend === 'llama-cpp';
  return {
    path: isGguf ? `/models/${ID}-${quant}.gguf` : `/models/${ID}-${quant}/model.onnx`,
    format: isGguf ? 'gguf' : 'onnx',
    quant,
    sizeBytes: Math.round((PARAMETERS * BITS[quant]!) / 8),
    sha256: 'c0ffee'.padEnd(64, '0'),
    architecture: 'qwen2',
    geometryId: ID,
    geometry: shapeSchema.parse(GEOMETRIES[ID]),
    parameters: PARAMETERS,
    bytesPerToken: bytesPerToken(quant),
    kvBytesPerToken: kvBytesPerToken(GEOMETRIES[ID]),
    weights,
    name: 'DeepSeek R1 Distill Qwen 1.5B',
    contextLength: 131072,
  };
}

function effectOf(c: Candidate): number {
  const binding = { none: 1, 'one-per-core': 1.045, 'all-smt': 0.97 }[c.binding.name] ?? 1;
  const allocator = { glibc: 1, jemalloc: 1.008, tcmalloc: 1.004, mimalloc: 0.998 }[c.allocator.name];
  const kv = c.kvType === 'q8_0' ? 0.985 : 1;
  return binding * allocator * kv * (c.flashAttention ? 1.02 : 1);
}

function decodeRate(c: Candidate): number {
  const compute = bytesPerToken(c.quant) / (11e9 * Math.min(c.threads, 8 + (c.threads - 8) * 0.1));
  const memory = bytesPerToken(c.quant) / (sampleBandwidth(c.threads) * 0.86);
  const crowd = c.threads > 6 ? 1 - 0.025 * (c.threads - 6) : 1;
  return (effectOf(c) * crowd * (c.backend === 'onnx' ? 0.93 : 1)) / (memory + compute * 0.25);
}

function prefillRate(c: Candidate): number {
  const threads = c.threadsBatch ?? c.threads;
  const cores = Math.min(threads, 8) + Math.max(0, threads - 8) * 0.15;
  return 17 * cores ** 0.92 * effectOf(c) * (c.backend === 'onnx' ? 1.15 : 1) * (c.quant === 'f16' ? 0.7 : 1);
}

const arm = (name: string, cpus: string) => ({ name, tool: 'taskset' as const, cpus, memory: null });
const allocator = (name: 'jemalloc' | 'tcmalloc' | 'mimalloc') => ({ name, path: `/usr/lib/lib${name}.so.2` });

function candidates(): Candidate[] {
  const curves = QUANTS.flatMap(([backend, quant]) => THREADS.map((threads) => baseCandidate(backend, quant, threads)));
  const base = baseCandidate('llama-cpp', 'q4_0', 8);
  const six = { ...baseCandidate('llama-cpp', 'q4_0', 6), binding: arm('one-per-core', '0-7') };
  const variants: Candidate[] = [
    { ...base, binding: arm('one-per-core', '0-7') },
    { ...base, binding: arm('all-smt', '0-15') },
    { ...base, allocator: allocator('jemalloc') },
    { ...base, allocator: allocator('tcmalloc') },
    { ...base, allocator: allocator('mimalloc') },
    { ...base, kvType: 'q8_0' },
    { ...base, flashAttention: !base.flashAttention },
    { ...six, threadsBatch: 8 },
    { ...six, threadsBatch: 8, allocator: allocator('jemalloc') },
    { ...six, threadsBatch: 8, flashAttention: !base.flashAttention },
  ];
  return [...curves, ...variants];
}

type Slot = { candidate: Candidate; phase: TrialPhase; block: number; position: number; voided?: boolean };

function design(all: Candidate[], best: Candidate, base: Candidate, random: Random, trials: number): Slot[] {
  const screen = shuffled(all, random).map((candidate, position) => ({
    ...{ candidate, phase: 'screen' as const, block: 0, position },
  }));
  const finalists = [...all].sort((a, b) => decodeRate(b) - decodeRate(a)).slice(0, 10);
  const raced = [base, ...finalists.filter((c) => c !== base)];
  const blocks = Math.max(6, Math.ceil((trials - screen.length - 20) / raced.length));
  const race = Array.from({ length: blocks }, (_, block) =>
    shuffled(raced, random).map((candidate, position) => ({ candidate, phase: 'race' as const, block, position })),
  ).flat();
  const confirm = Array.from({ length: 11 }, (_, block) =>
    shuffled([best, base], random).map((candidate, position) => ({
      ...{ candidate, phase: 'confirm' as const, block, position, voided: block === 4 },
    })),
  ).flat();
  return [...screen, ...race, ...confirm];
}

const FAILURES: Record<string, [OutcomeStatus, string, string]> = {
  'onnx int8 16': ['timed-out', 'no sample within 180 s', ''],
  'llama-cpp f16 16': ['out-of-memory', 'killed by the kernel: memory limit of the control group', 'oom-kill\n'],
  'onnx int8 12': ['crashed', 'ended by SIGSEGV', 'Segmentation fault (core dumped)\n'],
};

const round = (value: number, digits = 3): number => Number(value.toFixed(digits));

function outcome(slot: Slot, trial: number, random: Random): Outcome {
  const c = slot.candidate;
  const isShort = slot.phase === 'screen';
  const workload = isShort ? SHORT_WORKLOAD : FULL_WORKLOAD;
  const noise = Math.exp(0.018 * gaussian(random) - (slot.voided ? 0.2 : 0));
  const steal = slot.voided ? 0.12 : Math.max(0, 0.004 * random());
  const wobble = slot.voided ? 1.18 : 1 + 0.01 * gaussian(random);
  const base = {
    schemaVersion: 1 as const,
    trial,
    candidateId: candidateId(c),
    candidate: c,
    phase: slot.phase,
    block: slot.block,
    position: slot.position,
    fidelity: isShort ? ('short' as const) : ('full' as const),
    voided: slot.voided ?? false,
    workload,
    startedAt: new Date(START + trial * 9000).toISOString(),
    wallMs: round(8000 + 900 * random(), 0),
    flags: random() < 0.03 ? (['not-steady'] as 'not-steady'[]) : [],
  };
  const failure = FAILURES[`${c.backend} ${c.quant} ${c.threads}`];
  if (failure)
    return {
      ...base,
      ...{ status: failure[0], reason: failure[1], stderrTail: failure[2], metrics: null, samples: null },
      ...{ resources: null, effective: null, sentinels: null },
    };
  const decode = decodeRate(c) * noise;
  const prefill = prefillRate(c) * Math.exp(0.012 * gaussian(random));
  const decodeMs = Array.from({ length: workload.generateTokens - 1 }, (_, i) =>
    round((1000 / decode) * (1 + 0.0001 * i) * Math.exp(0.03 * gaussian(random)) * (random() < 0.01 ? 1.6 : 1)),
  );
  const sorted = [...decodeMs].sort((a, b) => a - b);
  const at = (p: number): number => sorted[Math.min(sorted.length - 1, Math.floor(p * sorted.length))]!;
  const total = decodeMs.reduce((a, b) => a + b, 0);
  const size = Math.ceil(decodeMs.length / 8);
  const chunks = Array.from({ length: 8 }, (_, i) => decodeMs.slice(i * size, (i + 1) * size)).filter((x) => x.length);
  const rates = chunks.map((x) => round((1000 * x.length) / x.reduce((a, b) => a + b, 0)));
  const rss = Math.round(
    (PARAMETERS * BITS[c.quant]!) / 8 + 180e6 + (c.backend === 'onnx' ? 260e6 : 0) + 2e6 * random(),
  );
  const loadMs = round((BITS[c.quant]! * 90 + (c.backend === 'onnx' ? 420 : 0)) * Math.exp(0.05 * gaussian(random)), 1);
  const ttftMs = round((1000 * workload.promptTokens) / prefill + 1000 / decode, 1);
  const sentinel = () => ({
    memoryOneMs: round(52 * wobble * (1 + 0.006 * gaussian(random))),
    memoryAllMs: round(31 * wobble * (1 + 0.006 * gaussian(random))),
    computeMs: round(98 * (1 + 0.004 * gaussian(random))),
  });
  const cpuSecondsPerToken = round((c.threads * 0.97) / decode, 4);
  return {
    ...base,
    ...{ status: 'measured' as const, reason: null, stderrTail: null },
    metrics: {
      prefillTokensPerSecond: round(prefill),
      decodeTokensPerSecond: round((1000 * decodeMs.length) / total),
      decodeChunkRates: rates,
      decodeMedianChunkRate: [...rates].sort((a, b) => a - b)[4] ?? rates[0]!,
      ttftMs,
      itlMs: {
        p50: at(0.5),
        p90: decodeMs.length >= 64 ? at(0.9) : null,
        p95: decodeMs.length >= 128 ? at(0.95) : null,
        p99: null,
        samples: decodeMs.length,
      },
      loadMs,
      peakRssBytes: rss,
      cpuSecondsPerToken,
      cpuPercent: round(97 * c.threads, 1),
      energyJoulesPerToken: null,
      throughputTokensPerSecond: null,
      overheadMsPerToken: round(0.02 + 0.01 * random(), 4),
      overheadShare: 0.001,
    },
    samples: {
      loadMs,
      firstTokenAfterLoadMs: round(ttftMs * 0.4 + 300, 1),
      warmUpTokenMs: Array.from({ length: workload.warmUpGenerateTokens }, (_, i) =>
        round((1000 / decode) * (1 + 1.9 * Math.exp(-i * 0.9)) * Math.exp(0.04 * gaussian(random))),
      ),
      prefillMs: round((1000 * workload.promptTokens) / prefill, 1),
      ttftMs,
      decodeMs,
      decodeNativeMs: round(total - 0.02 * decodeMs.length),
      streams: null,
    },
    resources: {
      ...{ peakRssBytes: rss, steadyRssBytes: rss - 12e6, cpuSeconds: round((c.threads * total) / 1000) },
      ...{ wallSeconds: round(total / 1000), minorFaults: 1200, majorFaults: 0, voluntarySwitches: 900 },
      ...{ involuntarySwitches: 40, throttledPeriods: 0, stealShare: round(steal, 5), runQueueShare: 0.01 },
      energyJoules: null,
    },
    effective: {
      ...{ cpus: c.binding.cpus ?? '0-15', memoryNodes: '0', threads: c.threads, threadsBatch: c.threadsBatch },
      allocator: c.allocator.name,
      engine: c.backend === 'onnx' ? 'ONNX Runtime 1.30.0' : 'llama.cpp v0.5.0 (node-llama-cpp 3.22.1)',
      ...{ variant: c.backend === 'onnx' ? null : 'icelake', systemInfo: 'AVX512 = 1', pid: 4000 + trial },
    },
    sentinels: { before: sentinel(), after: sentinel() },
  };
}

function interval(values: number[]): Interval | null {
  if (values.length === 0) return null;
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  const n = values.length;
  if (n < 3) return { estimate: mean, low: null, high: null, level: 0.95, n };
  const sd = Math.sqrt(values.reduce((a, b) => a + (b - mean) ** 2, 0) / (n - 1));
  const half = ((n < 6 ? 3.2 : 2.2) * sd) / Math.sqrt(n);
  return { estimate: mean, low: mean - half, high: mean + half, level: 0.95, n };
}

/** Chosen over default in each confirmation pair: mean of log-ratios with a t interval. */
function pairedRatio(outcomes: Outcome[], base: Candidate, pick: (o: Outcome) => number): Interval {
  const pairs = outcomes.filter((o) => o.phase === 'confirm' && !o.voided);
  const of = (block: number, isBase: boolean): number =>
    pick(pairs.find((o) => o.block === block && (o.candidateId === candidateId(base)) === isBase)!);
  const blocks = [...new Set(pairs.map((o) => o.block))];
  const logs = interval(blocks.map((block) => Math.log(of(block, false) / of(block, true))))!;
  return { ...logs, estimate: Math.exp(logs.estimate), low: Math.exp(logs.low!), high: Math.exp(logs.high!) };
}

const exclusions: Plan['excluded'] = [
  {
    axis: 'binding',
    value: 'one-node',
    reason: 'The machine has one NUMA node: it means the same as none.',
    configurations: 45,
  },
  { axis: 'isa', value: 'amx', reason: 'The processor has no AMX.', configurations: 55 },
  {
    axis: 'replicas',
    value: '4',
    reason: 'Four copies of the f16 model need 14.2 GiB; the limit leaves 9.0 GiB.',
    configurations: 9,
  },
];

function plan(all: Candidate[], base: Candidate, trials: number, weights: 'trained' | 'random'): Plan {
  return {
    schemaVersion: 1,
    kind: 'r1-tune/plan',
    label: 'sample',
    createdAt: '2026-03-01T08:04:00.000Z',
    command: ['sweep', '--backend', 'llama-cpp,onnx', '--threads', '1-16'],
    seed: 7,
    versions: { 'r1-tune': '0.1.0', node: '22.11.0', 'node-llama-cpp': '3.22.1', 'onnxruntime-node': '1.30.0' },
    gitCommit: 'd54fa21',
    strategy: 'model-race',
    effort: 'default',
    budgetMs: 1_800_000,
    objective: 'workload',
    request: R1_REQUEST,
    constraints: { maxTtftMs: null, maxRssBytes: 4 * 1024 ** 3, minQuality: weights === 'trained' ? 0.9 : null },
    workloads: { short: SHORT_WORKLOAD, full: FULL_WORKLOAD },
    axes: {
      backend: ['llama-cpp', 'onnx'],
      quant: QUANTS.map(([, quant]) => quant),
      threads: THREADS.map(String),
      binding: ['none', 'one-per-core', 'all-smt'],
      allocator: ['glibc', 'jemalloc', 'tcmalloc', 'mimalloc'],
    },
    defaultCandidate: base,
    candidates: all,
    models: QUANTS.map(([backend, quant]) => modelFile(backend, quant, weights)),
    excluded: exclusions,
    modelId: weights === 'random' ? `synthetic:${ID}` : ID,
    contextTokens: 2048,
    searchBudget: null,
    trialDeadlineMs: 180_000,
    expectedTrials: trials,
    expectedMs: trials * 9000,
  };
}

function configuration(c: Candidate, outcomes: Outcome[], base: Candidate, baseSpeed: number): Configuration {
  const id = candidateId(c);
  const mine = outcomes.filter((o) => o.candidateId === id);
  const good = mine.filter((o) => o.metrics && !o.voided);
  const metric = (pick: (o: Outcome) => number) => interval(good.map(pick));
  const objective = metric((o) => objectiveValue('workload', o.metrics!, R1_REQUEST));
  const rss = good.length ? Math.max(...good.map((o) => o.metrics!.peakRssBytes!)) : null;
  const scale = (i: Interval): Interval => ({
    ...i,
    estimate: i.estimate / baseSpeed,
    low: i.low && i.low / baseSpeed,
    high: i.high && i.high / baseSpeed,
  });
  const failed = mine.filter((o) => !o.metrics);
  const tooBig = rss !== null && rss > 4 * 1024 ** 3;
  return {
    candidateId: id,
    candidate: c,
    label: candidateLabel(c),
    isDefault: id === candidateId(base),
    trials: good.length,
    failures: failed[0] ? [{ status: failed[0].status, reason: failed[0].reason!, trials: failed.length }] : [],
    objective,
    prefillTokensPerSecond: metric((o) => o.metrics!.prefillTokensPerSecond),
    decodeTokensPerSecond: metric((o) => o.metrics!.decodeTokensPerSecond),
    ttftMs: metric((o) => o.metrics!.ttftMs),
    loadMs: metric((o) => o.metrics!.loadMs),
    peakRssBytes: rss,
    cpuSecondsPerToken: good[0]?.metrics?.cpuSecondsPerToken ?? null,
    energyJoulesPerToken: null,
    vsDefault: objective && id !== candidateId(base) ? scale(objective) : null,
    meetsConstraints: !tooBig,
    brokenConstraints: tooBig ? ['resident memory above 4.00 GiB'] : [],
    pareto: 'not-ranked',
  };
}

function quality(weights: 'trained' | 'random'): Quality[] {
  const table: Record<string, [number, number, number]> = {
    ...{ f16: [9.81, 0, 1], q8_0: [9.83, 0.0011, 0.987], int8: [9.9, 0.0042, 0.972] },
    ...{ q4_0: [10.42, 0.071, 0.911], int4: [10.5, 0.08, 0.904] },
  };
  return QUANTS.map(([backend, quant]) => {
    const [perplexity, klDivergence, top1Agreement] = table[quant]!;
    const common = { backend, quant, answerAccuracy: null };
    if (weights === 'random')
      return {
        ...{ ...common, measurable: false, reason: 'The weights are random: their text is noise.', reference: null },
        ...{ perplexity: null, klDivergence: null, top1Agreement: null, tokens: null },
      };
    const reference = `${ID}-f16.gguf`;
    return {
      ...common,
      measurable: true,
      reason: null,
      reference,
      perplexity,
      klDivergence,
      top1Agreement,
      tokens: 4096,
    };
  });
}

/** Marks who is beaten in speed and memory at once. */
function withPareto(all: Configuration[]): Configuration[] {
  const value = (c: Configuration): number => c.objective?.estimate ?? 0;
  return all.map((c) => {
    if (!c.objective || c.peakRssBytes === null) return c;
    const beaten = all.filter(
      (o) => o.objective && value(o) > value(c) * 1.001 && o.peakRssBytes! <= c.peakRssBytes! * 1.002,
    );
    const clearly = beaten.some((o) => value(o) > value(c) * 1.03);
    return { ...c, pareto: clearly ? 'dominated' : beaten.length ? 'possibly-optimal' : 'optimal' };
  });
}

export function sampleRun(options: SampleOptions = {}): RunResult {
  const { seed = 7, trials = 200, weights = 'random' } = options;
  const random = seededRandom(seed);
  const all = candidates();
  const base = all.find((c) => c.backend === 'llama-cpp' && c.quant === 'q4_0' && c.threads === 8)!;
  const best = all.find((c) => c.threads === 6 && c.threadsBatch === 8 && c.allocator.name === 'glibc')!;
  const outcomes = design(all, best, base, random, trials).map((slot, trial) => outcome(slot, trial, random));
  const baseSpeed = configuration(base, outcomes, base, 1).objective!.estimate;
  const configurations = withPareto(all.map((c) => configuration(c, outcomes, base, baseSpeed))).sort(
    (a, b) => (b.objective?.estimate ?? -1) - (a.objective?.estimate ?? -1),
  );
  const equals = configurations.filter((c) => c.candidate.threadsBatch === 8 && c.candidateId !== candidateId(best));
  return {
    schemaVersion: 1,
    kind: 'r1-tune/run',
    id: '20260301-080500-sample',
    status: 'complete',
    startedAt: outcomes[0]!.startedAt,
    finishedAt: outcomes.at(-1)!.startedAt,
    machine: sampleMachine(),
    plan: plan(all, base, outcomes.length, weights),
    configurations,
    quality: quality(weights),
    choice: {
      verdict: 'faster',
      candidateId: candidateId(best),
      reason: 'It uses the least CPU time of 3 configurations that cannot be told apart within 2 %.',
      equals: equals.map((c) => c.candidateId),
      standings: equals.map((c) => ({
        candidateId: c.candidateId,
        ratio: { estimate: 0.995, low: 0.97, high: 1.02, level: 0.95, n: 10 },
        place: 'equal' as const,
      })),
      comparedId: candidateId(best),
      speedup: {
        ratio: pairedRatio(outcomes, base, (o) => objectiveValue('workload', o.metrics!, R1_REQUEST)),
        decodeRatio: pairedRatio(outcomes, base, (o) => o.metrics!.decodeTokensPerSecond),
        prefillRatio: pairedRatio(outcomes, base, (o) => o.metrics!.prefillTokensPerSecond),
        pairs: 10,
        pValue: 0.00195,
        minimumDetectable: 0.031,
        source: 'confirmation',
      },
    },
    warnings: [
      {
        code: 'synthetic-weights',
        severity: 'info',
        message: 'The weights are random: speed and memory are those of the real model, text is noise.',
        mend: 'Give real weights with `serve --model FILE`.',
      },
      {
        code: 'voided-pairs',
        severity: 'warning',
        message: '1 of 11 confirmation pairs was repeated: the hypervisor took 12 % of CPU time (threshold 5 %).',
        mend: 'Measure when the host is quieter.',
      },
    ],
    noise: { pairedSd: 0.021, voidedTrials: 2, stealShare: 0.12 },
    outcomes,
  };
}

/** The sample run with a configuration for each other goal. */
export function withGoals(run: RunResult = sampleRun()): RunResult {
  const others = run.configurations.filter((one) => one.objective && one.candidateId !== run.choice?.candidateId);
  const goals = (['latency', 'throughput', 'small-memory'] as const).map((goal, index) => ({
    ...{ goal, candidateId: others[index]!.candidateId },
    evidence: `Shown by ${others[index]!.trials} trials.`,
  }));
  return { ...run, goals };
}
