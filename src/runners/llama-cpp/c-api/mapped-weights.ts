import { existsSync, realpathSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { importKoffi } from '../../koffi.js';
import { readText } from '../../process-usage.js';

/** MADV_DONTNEED of Linux: the pages leave this process, and are mapped again from the page cache when they are read. */
const DONT_NEED = 4;

/**
 * llama.cpp maps a model whole, and copies the tensors that it keeps in another layout (Q4_0 and others, repacked for the
 * CPU). Then both count as this process's memory, though of the file it will read little more than the embeddings.
 */
export type MappedWeights = {
  /** Takes the pages of the mapped file out of this process. What is still read from it comes back page by page. */
  releasePages(): void;
};

/** Null where the system is not Linux, and for a file that is not there, which the engine refuses in its own words. */
export async function openMappedWeights(model: string): Promise<MappedWeights | null> {
  if (process.platform !== 'linux' || !existsSync(model)) return null;
  const madvise = (await importKoffi()).load(null).func('madvise', 'int', ['void *', 'size_t', 'int']);
  const file = realpathSync(model);
  return {
    releasePages() {
      for (const { start, end } of mappings(file)) madvise(start, end - start, DONT_NEED);
    },
  };
}

type Range = { start: bigint; end: bigint };

/** Where the model's files lie in this process: a model of several files has names like model-00001-of-00003.gguf. */
function mappings(file: string): Range[] {
  const split = /^(.*-)\d{5}(-of-\d{5}\.gguf)$/.exec(basename(file));
  const isOurs = (path: string): boolean =>
    path === file ||
    (split !== null &&
      dirname(path) === dirname(file) &&
      basename(path).startsWith(split[1]!) &&
      path.endsWith(split[2]!));
  const lines = (readText('/proc/self/maps') ?? '').split('\n');
  return lines.flatMap((line) => {
    const [, start, end, path] = /^([0-9a-f]+)-([0-9a-f]+) \S+ \S+ \S+ \d+\s+(.*)$/.exec(line) ?? [];
    return path !== undefined && isOurs(path) ? [{ start: BigInt(`0x${start}`), end: BigInt(`0x${end}`) }] : [];
  });
}
