import * as z from 'zod';

/**
 * The script of a fake engine: one small JSON file stands where a model file would. Every field has a default, so that
 * `{"kind":"r1-tune/fake-engine"}` is a complete script. Times are really waited for, but no CPU is burned.
 */

const factors = z.record(z.string(), z.number().positive());

const vocabularySchema = z
  .object({
    pieces: z
      .array(z.string().min(1))
      .default([])
      .describe('Ordinary tokens beside the 256 single bytes; text is tokenized by longest match.'),
    splitPieces: z
      .array(z.string().regex(/^([0-9a-f]{2})+$/))
      .default([])
      .describe('Tokens as hexadecimal bytes, to split a UTF-8 character over tokens: "f09f98" then the byte 80.'),
    specials: z
      .array(z.string().min(1))
      .default(['<｜User｜>', '<｜Assistant｜>'])
      .describe('Special tokens: tokenized only on request, and rendered as no bytes unless asked.'),
    hasBos: z.boolean().default(true).describe('A begin-of-sentence token exists.'),
  })
  .describe(
    'Ids: 0 to 255 the bytes, 256 end of sentence, 257 begin of sentence, then specials, pieces, split pieces.',
  );

const costSchema = z
  .object({
    loadMs: z.number().min(0).default(5).describe('Time to load, ms.'),
    prefillMsPerToken: z.number().min(0).default(0.05).describe('Prefill of one token with one thread, ms.'),
    decodeMs: z.number().min(0).default(1).describe('One decode step of one sequence with one thread, ms.'),
    parallelShare: z.number().min(0).max(1).default(0).describe('Share of the work that threads divide (Amdahl).'),
    bestThreads: z.int().min(1).default(64).describe('Beyond so many threads each further one costs `crowding`.'),
    crowding: z.number().min(0).default(0).describe('Relative time added by each thread beyond bestThreads.'),
    batchShare: z
      .number()
      .min(0)
      .default(0.2)
      .describe('Relative time that each further sequence adds to a decode step.'),
    quant: factors.default({}).describe('Quantization → factor on decode time.'),
    binding: factors.default({}).describe('Name of the binding → factor on all times.'),
    allocator: factors.default({}).describe('Allocator → factor on all times.'),
    noise: z.number().min(0).default(0).describe('Standard deviation of the log of each duration.'),
    drift: z.number().min(0).default(0).describe('Standard deviation of the log of a factor drawn once a process.'),
  })
  .describe("The cost model: milliseconds as a function of the candidate's knobs.");

const answerSchema = z.object({
  after: z.string().default('').describe('Continues the latest occurrence of this text; empty is the very start.'),
  when: z.string().default('').describe('Only when this text stands somewhere in the context.'),
  say: z.string().describe('What follows, then end of sentence (unless another answer continues from its end).'),
});

const faultSchema = z.object({
  kind: z
    .enum(['crash', 'exit', 'hang', 'block', 'out-of-memory', 'error', 'slow', 'refuse-binding'])
    .describe(
      'crash: abort(). exit: exit code 7. hang: the call never returns. block: the whole process stops answering. ' +
        'out-of-memory: allocates allocateBytes, then dies by SIGKILL as under the kernel. error: throws. ' +
        'slow: waits slowMs more. refuse-binding: load throws NOT_PERMITTED.',
    ),
  at: z.enum(['load', 'prefill', 'decode']).describe('Where it happens.'),
  afterCalls: z.int().min(0).default(0).describe('Calls of that place that still go well in this process.'),
  slowMs: z.number().min(0).default(0).describe('For slow: time added to each call, ms.'),
  allocateBytes: z.int().min(0).default(0).describe('For out-of-memory: bytes really allocated and touched before.'),
  context: z.string().default('').describe('Only when this text stands in the context of the sequence.'),
  marker: z
    .string()
    .optional()
    .describe('A file: the fault happens once, when the file is not there, and makes it. Relative to the script.'),
  when: z
    .object({
      threads: z.array(z.int()).optional(),
      quant: z.array(z.string()).optional(),
      binding: z.array(z.string()).optional(),
      allocator: z.array(z.string()).optional(),
    })
    .default({})
    .describe('Only for candidates whose knobs are in these lists.'),
});
export type Fault = z.infer<typeof faultSchema>;

export const fakeScriptSchema = z.object({
  kind: z.literal('r1-tune/fake-engine').describe('What this file is.'),
  seed: z.int().default(1).describe('Seed of noise and of unscripted text.'),
  vocabulary: vocabularySchema.prefault({}),
  cost: costSchema.prefault({}),
  confidence: z
    .number()
    .default(20)
    .describe('Logit of the scripted token; all others are between −1 and 1. Small values make sampling matter.'),
  answers: z
    .array(answerSchema)
    .default([])
    .describe('The answer whose `after` ends latest in the context goes on; without one, endless seeded words.'),
  faults: z.array(faultSchema).default([]).describe('What goes wrong, and where.'),
});
export type FakeScript = z.infer<typeof fakeScriptSchema>;
export type FakeCost = FakeScript['cost'];
