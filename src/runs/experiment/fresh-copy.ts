import { cp, mkdtemp, rm } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';
import { R1Error } from '../../core/errors.js';
import type { ModelFile } from '../../core/model.js';

/**
 * Runs a trial on a copy of its model that is made for it and removed after it. Where the pages of a file lie in memory is
 * drawn once a copy and stays; two files compared over many trials would each keep their luck.
 */
export async function onFreshCopy<T>(model: ModelFile, run: (copy: ModelFile) => Promise<T>): Promise<T> {
  // An ONNX decoder has its weights and its tokenizer beside it; a GGUF is one file.
  const original = model.format === 'onnx' ? dirname(model.path) : model.path;
  let folder: string | undefined;
  try {
    // Beside the original: the same disk, where room was found once.
    folder = await mkdtemp(join(dirname(original), '.r1-tune-copy-'));
    const copy = join(folder, basename(original));
    await cp(original, copy, { recursive: true });
    return await run({ ...model, path: join(copy, relative(original, model.path)) });
  } catch (cause) {
    throw isOfFiles(cause) ? unwritable(model, cause) : cause;
  } finally {
    if (folder) await rm(folder, { recursive: true, force: true });
  }
}

const isOfFiles = (cause: unknown): cause is NodeJS.ErrnoException =>
  cause instanceof Error && 'syscall' in cause && 'code' in cause;

const unwritable = (model: ModelFile, cause: Error): R1Error =>
  new R1Error('OUTPUT_UNWRITABLE', `No fresh copy of ${model.path} can be made: ${cause.message}`, {
    fix: 'Make room beside the model file, or gate with --no-fresh-copies.',
    cause,
  });
