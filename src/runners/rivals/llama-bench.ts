import { ExecaError, execa } from 'execa';
import * as z from 'zod';
import type { RivalRates } from '../../core/against.js';
import { R1Error } from '../../core/errors.js';
import type { Workload } from '../../core/workload.js';
import { childEnvironment } from '../launch.js';

/** The fields of a test in llama-bench's JSON lines that are read here (tools/llama-bench/README.md of llama.cpp). */
const testSchema = z.object({
  n_threads: z.int(),
  build_number: z.int(),
  build_commit: z.string(),
  avg_ts: z.number().positive(),
});
type Test = z.infer<typeof testSchema>;

export type RivalRun = {
  /** The program, found on the PATH when it has no folder. */
  program: string;
  /** The GGUF file. */
  model: string;
  workload: Workload;
  env: Readonly<Record<string, string>>;
  signal: AbortSignal;
};

/**
 * The request as llama.cpp's own benchmark runs it, untuned: its threads, its pool, its batch. Prefill from an empty context, then
 * decode behind a prompt of that length, each in a process of its own with llama-bench's warm-up. Throws ENGINE_MISSING.
 */
export async function runLlamaBench(run: RivalRun): Promise<RivalRates> {
  const { promptTokens, generateTokens } = run.workload;
  const prefill = await test(run, ['-p', promptTokens, '-n', 0]);
  const decode = await test(run, ['-p', 0, '-n', generateTokens, '-d', promptTokens]);
  return {
    prefillTokensPerSecond: prefill.avg_ts,
    decodeTokensPerSecond: decode.avg_ts,
    threads: decode.n_threads,
    build: `${decode.build_number} (${decode.build_commit})`,
  };
}

async function test({ program, model, env, signal }: RivalRun, flags: (string | number)[]): Promise<Test> {
  try {
    const { stdout } = await execa(program, ['-m', model, ...flags.map(String), '-r', '1', '-o', 'jsonl'], {
      env: childEnvironment(env, {}),
      extendEnv: false,
      cancelSignal: signal,
    });
    return testSchema.parse(JSON.parse(stdout));
  } catch (cause) {
    signal.throwIfAborted();
    throw refusal(program, cause);
  }
}

function refusal(program: string, cause: unknown): R1Error {
  const output =
    cause instanceof ExecaError
      ? String(cause.stderr ?? '')
          .trim()
          .split('\n')
          .at(-1)
      : '';
  if (cause instanceof ExecaError && cause.code === 'ENOENT')
    return new R1Error('ENGINE_MISSING', `There is no program ${program} to compare with.`, {
      fix: 'Install llama.cpp so that llama-bench is on the PATH, or give its path: --against FOLDER/llama-bench.',
    });
  return new R1Error('ENGINE_MISSING', `${program} gave no result: ${output || (cause as Error).message}`, { cause });
}
