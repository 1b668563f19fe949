import { existsSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { R1Error } from '../core/errors.js';
import { formatBytes } from '../core/units.js';

/** A thousand trials with their raw samples, and the reports. */
const RUN_BYTES = 16 * 1024 ** 2;

/**
 * Whether a run can be written to `path`, which need not be there yet: its nearest existing folder is written to and has room.
 * For before hours of work. Throws OUTPUT_UNWRITABLE or DISK_FULL.
 */
export function checkWritable(path: string): void {
  let folder = resolve(path);
  while (!existsSync(folder)) folder = dirname(folder);
  try {
    const probe = join(folder, `.write-test-${process.pid}`);
    writeFileSync(probe, 'ok');
    rmSync(probe);
  } catch (cause) {
    throw new R1Error('OUTPUT_UNWRITABLE', `${path} cannot be made or written: ${(cause as Error).message}`, { cause });
  }
  const { bavail, bsize } = statfsSync(folder);
  if (bavail * bsize < RUN_BYTES)
    throw new R1Error(
      'DISK_FULL',
      `${path} has room for ${formatBytes(bavail * bsize)}; a run needs ${formatBytes(RUN_BYTES)}.`,
    );
}
