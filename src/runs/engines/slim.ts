import { rmSync } from 'node:fs';
import { R1Error } from '../../core/errors.js';
import type { Unused } from './unused.js';

/** Removes what this machine never loads. Throws `NOT_PERMITTED` at the first file that cannot be removed. */
export function removeUnused(found: readonly Unused[]): void {
  for (const { path } of found) {
    try {
      rmSync(path, { recursive: true });
    } catch (cause) {
      throw new R1Error('NOT_PERMITTED', `${path} cannot be removed: ${(cause as Error).message}`, {
        fix: 'Run it as the user who installed r1-tune, for a global install often with sudo.',
        cause,
      });
    }
  }
}
