import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { R1Error } from '../core/errors.js';
import type { ModelFile } from '../core/model.js';
import { atomicOutput, syncToDisk } from '../formats/files/atomic-output.js';
import { FILE_TYPES, type FileType } from '../formats/gguf/types.js';
import { llamaFolder, llamaLibraries } from '../formats/llama-abi/library.js';
import { inspectGguf } from './gguf/inspect.js';
import type { QuantizeJob } from './quantize/job.js';
import { isFullPrecision, isLlamaLevel, LLAMA_LEVELS } from './quantize/levels.js';

export type QuantizeRequest = {
  source: string;
  quant: string;
  path: string;
  threads: number;
  /** Quantize again what is quantized already. Loses quality twice. */
  allowRequantize?: boolean | undefined;
  /** Every matrix in the one type, without the level's usual mixture (its output matrix is finer). */
  pure?: boolean | undefined;
  /** Called with the share of tensors done, 0 to 1. */
  onProgress?: ((share: number) => void) | undefined;
  signal?: AbortSignal | undefined;
};

const CHILD = fileURLToPath(new URL('./quantize-child.js', import.meta.url));
/** Bits of a weight in the widest level, f32, for the free-space check of a file whose size is not known yet. */
const BITS_LIMIT: Partial<Record<FileType, number>> = { f32: 32, f16: 16, bf16: 16, q8_0: 8.5, q6_k: 6.6 };

/** Makes another quantization level of a GGUF file with libllama's own quantizer, in a child process. */
export async function quantizeGguf(request: QuantizeRequest): Promise<ModelFile> {
  const { quant, path } = request;
  if (!isLlamaLevel(quant))
    throw new R1Error(
      'USAGE',
      `"${quant}" is not a level that can be made; expected one of ${LLAMA_LEVELS.join(', ')}.`,
    );
  const source = await inspectGguf(request.source);
  checkSource(source, request);
  const bytesExpected = (source.parameters * (BITS_LIMIT[quant] ?? 6)) / 8;
  await atomicOutput(path, bytesExpected, async (partial) => {
    await runChild(request, quant, partial);
    await inspectGguf(partial);
    await syncToDisk(partial);
  });
  return inspectGguf(path);
}

function checkSource(source: ModelFile, { quant, allowRequantize }: QuantizeRequest): void {
  if (allowRequantize || isFullPrecision(source.quant)) return;
  throw new R1Error(
    'QUANT_MISSING',
    `${source.path} is ${source.quant} already; ${quant} made from it would lose quality twice. Expected f32, f16 or bf16.`,
    { fix: 'Give the F16 or F32 file, or --allow-requantize when only speed matters.' },
  );
}

async function runChild(request: QuantizeRequest, quant: FileType, target: string): Promise<void> {
  const { source, threads, allowRequantize = false, pure = false, signal } = request;
  const fileType = FILE_TYPES[quant];
  const job: QuantizeJob = {
    library: llamaLibraries(llamaFolder()).llama,
    source,
    target,
    fileType,
    threads,
    allowRequantize,
    pure,
  };
  const child = execa(process.execPath, [CHILD, JSON.stringify(job)], {
    stdin: 'ignore',
    stdout: 'ignore',
    buffer: false,
    reject: false,
    ...(signal ? { cancelSignal: signal } : {}),
  });
  const lastLines: string[] = [];
  for await (const line of child.iterable({ from: 'stderr' })) {
    report(line, request);
    lastLines.push(line);
    if (lastLines.length > 8) lastLines.shift();
  }
  const { failed } = await child;
  signal?.throwIfAborted();
  if (failed) throw quantizeError(request, lastLines);
}

/** libllama writes `[ 12/ 339] name …` for each tensor. */
function report(line: string, { onProgress }: QuantizeRequest): void {
  const match = /^\[\s*(\d+)\/\s*(\d+)\]/.exec(line);
  if (match) onProgress?.(Number(match[1]) / Number(match[2]));
}

function quantizeError({ source, quant }: QuantizeRequest, lines: string[]): R1Error {
  const reason = lines.findLast((line) => line.includes('failed to quantize')) ?? lines.join('\n');
  const isFull = /no space left|failed to write|iostream error|basic_ios/i.test(reason);
  return new R1Error(
    isFull ? 'DISK_FULL' : 'MODEL_UNSUPPORTED',
    `libllama could not make ${quant} from ${source}: ${reason.replace(/^.*failed to quantize: /, '').trim()}.`,
  );
}
