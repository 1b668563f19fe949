import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { R1Error } from '../../core/errors.js';
import type { Host } from '../../core/ports.js';
import { parseCapture } from '../capture/file.js';
import { fileReader } from './file.js';
import { memoryHost } from './memory.js';
import { archOfRecording } from './sysroot-arch.js';

/** A recorded machine: a folder that holds proc/ and sys/, or a file of `r1-tune probe --capture`. Throws `SYSROOT_INVALID`. */
export function openSysroot(path: string): Host {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (!stat) throw new R1Error('SYSROOT_INVALID', `--sysroot ${path}: there is no such file or folder.`);
  return stat.isDirectory() ? folderHost(path) : memoryHost(parseCapture(readFileSync(path), path));
}

function folderHost(folder: string): Host {
  const isRoot = (path: string) => existsSync(join(path, 'sys')) || existsSync(join(path, 'proc'));
  if (!isRoot(folder)) {
    const inside = readdirSync(folder).find((name) => isRoot(join(folder, name)));
    const fix = inside === undefined ? {} : { fix: `Its folder ${inside} holds them: give ${join(folder, inside)}.` };
    throw new R1Error('SYSROOT_INVALID', `--sysroot ${folder}: the folder holds neither proc/ nor sys/.`, fix);
  }
  const reader = fileReader(folder);
  return {
    platform: 'linux',
    arch: archOfRecording(reader),
    isLive: false,
    ...reader,
    env: () => undefined,
    envNames: () => [],
  };
}
