import { cp, mkdtemp, rm } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { R1Error } from '../../core/errors.js';
import type { ModelFile } from '../../core/model.js';
import { filesOf } from '../../runners/model-files.js';

/**
 * Runs a trial on a copy of its model that is made for it and removed after it. Where the pages of a file lie in memory is
 * drawn once a copy and stays; two files compared over many trials would each keep their luck.
 */
export async function onFreshCopy<T>(model: ModelFile, run: (copy: ModelFile) => Promise<T>): Promise<T> {
  let folder: string | undefined;
  try {
    const files = filesOf(model);
    const home = files.map((file) => dirname(file)).reduce((a, b) => (b.length < a.length ? b : a));
    // Beside the original: the same disk, where room was found once.
    folder = await mkdtemp(join(home, '.r1-tune-copy-'));
    const copyOf = (file: string): string => join(folder!, relative(home, file));
    for (const file of files) await cp(file, copyOf(file));
    return await run({ ...model, path: copyOf(model.path) });
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
