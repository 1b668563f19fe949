import { execa } from 'execa';
import type { ModelFile } from '../../../core/model.js';
import { filesOf } from '../../../runners/model-files.js';

/**
 * Drops a file from the page cache through dd of coreutils 8.11 and later (posix_fadvise DONTNEED): it touches nothing but
 * that file and needs no right but to read it. Pages that another process has mapped stay.
 */
async function drop(path: string): Promise<void> {
  await execa('dd', [`if=${path}`, 'iflag=nocache', 'count=0'], { stdio: 'ignore' });
}

/** Why the page cache cannot be made cold here, or null. */
export async function coldCacheFault(model: ModelFile): Promise<string | null> {
  if (process.platform !== 'linux') return 'the page cache can be dropped on Linux only.';
  try {
    await drop(model.path);
    return null;
  } catch {
    return 'dd of GNU coreutils, which drops a file from the page cache, is not installed.';
  }
}

export async function dropModel(model: ModelFile): Promise<void> {
  for (const file of filesOf(model)) await drop(file);
}
