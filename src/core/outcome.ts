import * as z from 'zod';
import { candidateSchema } from './candidate.js';
import { workloadSchema } from './workload.js';

export const OUTCOME_VERSION = 1;

export const seriesSampleSchema = z
  .object({
    stream: z.int().describe('Sequence that served the request, from 0; over replicas they are numbered on.'),
    request: z.int().describe('Number of the request in its sequence, from 0.'),
    startMs: z.number().describe('When it began, from the start of the series, ms.'),
    promptTokens: z.int().describe('Tokens evaluated for its prompt; those reused from the cache do not count.'),
    ttftMs: z.number().describe('Time to first token, ms.'),
    decodeMs: z.array(z.number()).describe('Wall time between its further tokens, ms.'),
    rssBytes: z.number().describe('Resident memory after it, bytes.'),
  })
  .describe('One request of a series.');
export type SeriesSample = z.infer<typeof seriesSampleSchema>;

export const streamSampleSchema = z
  .object({
    replica: z.int().describe('The replica that decoded it, from 0.'),
    startMs: z.number().describe('When its decode began on the monotonic clock that all processes share, ms.'),
    decodeMs: z.array(z.number()).describe('Wall time between its tokens (ITL), in order, ms.'),
  })
  .describe('One stream of the concurrent region.');
export type StreamSample = z.infer<typeof streamSampleSchema>;

export const samplesSchema = z
  .object({
    loadMs: z.number().describe('From the request to load until the engine could evaluate, ms.'),
    firstTokenAfterLoadMs: z.number().nullable().describe('First token of the first (cold, warm-up) request, ms.'),
    warmUpTokenMs: z.array(z.number()).describe('Duration of each discarded warm-up decode step, ms.'),
    prefillMs: z.number().describe('Wall time of the measured prefill until its last token was evaluated, ms.'),
    ttftMs: z.number().describe('Wall time from the start of the prefill to the first generated token, ms.'),
    decodeMs: z.array(z.number()).describe('Wall time between successive generated tokens (ITL), in order, ms.'),
    decodeNativeMs: z
      .number()
      .nullable()
      .describe(
        "The engine's own total time inside native decode for the same decode steps, ms; null when it does not say.",
      ),
    streams: z
      .object({
        sequences: z.int().describe('Sequences decoded together.'),
        tokens: z.int().describe('Tokens generated over all sequences in the region.'),
        wallMs: z.number().describe('Wall time of the region, ms.'),
        each: z
          .array(streamSampleSchema)
          .optional()
          .describe('Every stream; absent in files of versions that did not keep them.'),
      })
      .nullable()
      .describe('The concurrent region, when more than one stream or the objective "throughput" is asked for.'),
    series: z.array(seriesSampleSchema).optional().describe('Requests of the series, when the workload has one.'),
  })
  .describe('Raw samples as the child sent them; every metric can be computed again from these.');
export type Samples = z.infer<typeof samplesSchema>;

export const resourcesSchema = z
  .object({
    peakRssBytes: z.number().nullable().describe('VmHWM at the end of the trial, bytes.'),
    steadyRssBytes: z.number().nullable().describe('VmRSS at the end of the measured region, bytes.'),
    sharedBytes: z
      .number()
      .nullable()
      .optional()
      .describe(
        'Memory that other processes map too, read while all replicas were loaded, bytes. Only where there are several.',
      ),
    swapBytes: z.number().nullable().optional().describe('VmSwap at the end of the trial, bytes.'),
    cpuSeconds: z.number().nullable().describe('User + system CPU time of all threads in the measured region, s.'),
    wallSeconds: z.number().describe('Wall time of the measured region, s.'),
    minorFaults: z.number().nullable().describe('Page faults served without I/O in the measured region.'),
    majorFaults: z.number().nullable().describe('Page faults that needed I/O in the measured region.'),
    voluntarySwitches: z.number().nullable().describe('Voluntary context switches of all threads.'),
    involuntarySwitches: z.number().nullable().describe('Involuntary context switches of all threads.'),
    throttledPeriods: z.number().nullable().describe('cgroup nr_throttled: rise during the measured region.'),
    stealShare: z
      .number()
      .nullable()
      .describe('Share of CPU time that the hypervisor took, of the whole machine, 0 to 1.'),
    runQueueShare: z.number().nullable().describe('PSI cpu "some" share in the region, 0 to 1; context only.'),
    energyJoules: z
      .number()
      .nullable()
      .describe('RAPL package energy in the measured region, J; null when not readable.'),
  })
  .describe('What the measured region cost. null means that this machine does not say.');
export type Resources = z.infer<typeof resourcesSchema>;

export const effectiveSchema = z
  .object({
    cpus: z.string().nullable().describe('CPUs the engine threads were really allowed on, as a kernel list.'),
    memoryNodes: z.string().nullable().describe('NUMA nodes memory may come from, as a kernel list.'),
    nodeBytes: z
      .record(z.string(), z.number())
      .nullable()
      .optional()
      .describe('Resident bytes by NUMA node at the end of the trial; only for bindings with a memory policy.'),
    threads: z.int().nullable().describe('Decode threads the engine really uses.'),
    threadsBatch: z.int().nullable().describe('Prefill threads the engine really uses.'),
    threadCpus: z
      .object({
        first: z.string().describe('CPU of the thread that drives each evaluation.'),
        others: z.string().describe('CPUs of its helpers, as a kernel list.'),
      })
      .optional()
      .describe('Where the threads of llama.cpp were placed; absent where the kernel places them.'),
    threadPriority: z
      .enum(['low', 'normal', 'medium', 'high', 'realtime'])
      .nullable()
      .optional()
      .describe(
        'Priority of the thread that drives llama.cpp, from its scheduling policy; null where it is not shown.',
      ),
    allocator: z.string().nullable().describe("Allocator found in the process's own memory map."),
    engine: z.string().describe('Engine name and version.'),
    variant: z
      .string()
      .nullable()
      .describe('CPU kernel build that the engine loaded, for example "zen4" or "haswell".'),
    systemInfo: z.string().nullable().describe("The engine's own description of the CPU features in use."),
    properties: z
      .record(z.string(), z.string())
      .optional()
      .describe(
        "Settings in force, by the engine's own names, read back from the loaded model; absent where it keeps them.",
      ),
    pid: z.int().describe('Process id of the child.'),
  })
  .describe('What took effect, read inside the child; differing from what was asked is an error.');
export type Effective = z.infer<typeof effectiveSchema>;

export const sentinelSchema = z.object({
  memoryOneMs: z.number().describe('One pass of the memory sentinel with one thread, ms; mean of about 150 ms.'),
  memoryAllMs: z
    .number()
    .nullable()
    .describe('One pass of the memory sentinel with all budgeted threads, ms; mean of about 150 ms.'),
  computeMs: z.number().describe('One pass of the compute sentinel, ms; mean of about 150 ms.'),
});
export type Sentinel = z.infer<typeof sentinelSchema>;

const latencySchema = z.object({
  p50: z.number().describe('Median inter-token latency, ms.'),
  p90: z.number().nullable().describe('90th percentile, ms; null below 64 samples.'),
  p95: z.number().nullable().describe('95th percentile, ms; null below 130 samples.'),
  p99: z.number().nullable().describe('99th percentile, ms; null below 662 samples.'),
  samples: z.int().describe('Number of inter-token latencies.'),
});

export const metricsSchema = z
  .object({
    prefillTokensPerSecond: z.number().describe('Prompt tokens / prefill time, tok/s.'),
    decodeTokensPerSecond: z.number().describe('Generated tokens / time (after the first), tok/s.'),
    decodeChunkRates: z.array(z.number()).describe('tok/s of each of 8 consecutive chunks of the decode.'),
    decodeMedianChunkRate: z.number().describe('Median of the chunk rates, tok/s: what the gate compares.'),
    ttftMs: z.number().describe('Time to first token of the measured prompt, ms.'),
    itlMs: latencySchema.describe('Inter-token latency of one request alone.'),
    loadMs: z.number().describe('Load time, ms.'),
    peakRssBytes: z
      .number()
      .nullable()
      .describe('Peak resident memory over the whole trial, bytes; of all replicas, what they share counted once.'),
    cpuSecondsPerToken: z.number().nullable().describe('CPU time / (prompt + generated tokens), s.'),
    cpuPercent: z.number().nullable().describe('CPU time / wall time × 100; 200 means two busy CPUs.'),
    energyJoulesPerToken: z.number().nullable().describe('Package energy / (prompt + generated tokens), J.'),
    throughputTokensPerSecond: z
      .number()
      .nullable()
      .describe('Generated tokens / time over all sequences and replicas while all of them decode, tok/s.'),
    streamItlMs: latencySchema
      .optional()
      .describe('Inter-token latency that each of the concurrent streams sees, all streams together.'),
    overheadMsPerToken: z
      .number()
      .nullable()
      .describe("Reported time per token less the engine's own native decode time, ms: the cost of the harness."),
    overheadShare: z.number().nullable().describe('That cost as a share of the reported time per token.'),
  })
  .describe('Numbers computed by the parent from the raw samples.');
export type Metrics = z.infer<typeof metricsSchema>;

export const outcomeStatusSchema = z.enum([
  'measured',
  'unsupported',
  'failed',
  'crashed',
  'timed-out',
  'out-of-memory',
]);
export type OutcomeStatus = z.infer<typeof outcomeStatusSchema>;

export const trialPhaseSchema = z.enum([
  'bench',
  'calibrate',
  'screen',
  'refine',
  'race',
  'confirm',
  'neighbour',
  'gate',
  'claim',
]);
export type TrialPhase = z.infer<typeof trialPhaseSchema>;

/** What a measure function gives back; the sweep adds identity and place in the design. */
export const measurementSchema = z.object({
  status: outcomeStatusSchema.describe('How the trial ended.'),
  reason: z.string().nullable().describe('Why it was not measured, in words; null when it was.'),
  stderrTail: z.string().nullable().describe('The end of what the child wrote to stderr, when it failed.'),
  metrics: metricsSchema.nullable().describe('Computed numbers; null when not measured.'),
  samples: samplesSchema.nullable().describe('Raw samples; null when not measured.'),
  resources: resourcesSchema.nullable().describe('Resources; null when not measured.'),
  effective: effectiveSchema.nullable().describe('What took effect; null when the child never got so far.'),
  sentinels: z
    .object({
      before: sentinelSchema.describe('Before the trial.'),
      after: sentinelSchema
        .nullable()
        .describe('After the trial; null after a short one that the next of its block followed at once.'),
    })
    .nullable()
    .describe('Sentinel kernels around the trial; null when they were not run.'),
  flags: z
    .array(z.enum(['quota-throttled', 'not-steady', 'machine-busy', 'swapping', 'unverified-memory']))
    .describe('Badges: what a reader should know about this trial.'),
});
export type Measurement = z.infer<typeof measurementSchema>;

export const outcomeSchema = measurementSchema
  .extend({
    schemaVersion: z.literal(OUTCOME_VERSION),
    trial: z.int().min(0).describe('Number of the trial in the run, from 0, in the order run.'),
    candidateId: z.string().describe('Hash of the candidate.'),
    candidate: candidateSchema,
    phase: trialPhaseSchema.describe('Why the trial was run.'),
    arm: z
      .string()
      .optional()
      .describe(
        'Which arm it was, where the configuration alone does not say: "number/name" of a claim, "baseline" or "candidate" of a gate.',
      ),
    block: z.int().describe('Block or pair number inside the phase.'),
    position: z.int().describe('Place inside the block or pair, from 0.'),
    fidelity: z.enum(['short', 'full']).describe('Which workload.'),
    voided: z.boolean().describe('True when the whole block was repeated because the machine was disturbed.'),
    workload: workloadSchema,
    startedAt: z.string().describe('ISO 8601 time.'),
    wallMs: z.number().describe('Whole trial including start of the process and load, ms.'),
  })
  .describe('One trial: one fresh child process.');
export type Outcome = z.infer<typeof outcomeSchema>;
