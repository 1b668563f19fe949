import { accessSync, constants } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import type { DoctorCheck } from '../../core/doctor.js';
import { formatBytes } from '../../core/units.js';
import { makeFolder } from '../../formats/files/make-folder.js';
import type { Context } from '../context.js';
import { homeFolder } from '../home.js';

const PROGRAM = fileURLToPath(new URL('../entries/doctor-part.js', import.meta.url));
const REINSTALL = 'npm install --global --include=optional r1-tune';

const NATIVE = {
  koffi: { title: 'koffi', works: 'calls C libraries: both engines through their C API, thread placement' },
  canvas: { title: 'PNG charts', works: 'drew a picture: report --format png' },
} as const;

/** A native package is used in a process of its own: one that is broken may end it. */
export async function checkNative(id: keyof typeof NATIVE): Promise<DoctorCheck> {
  const { title, works } = NATIVE[id];
  const part = { id, title, required: false };
  const { failed, stderr, shortMessage } = await execa(process.execPath, [PROGRAM, id], { reject: false });
  return failed
    ? { ...part, state: 'fails', detail: stderr || shortMessage || 'it ended', fix: REINSTALL }
    : { ...part, state: 'works', detail: works, fix: null };
}

/** Where models and calibrations are kept. */
export async function checkHome({ host }: Context): Promise<DoctorCheck> {
  const folder = homeFolder(host);
  const part = { id: 'home', title: 'models folder', required: true };
  try {
    makeFolder(folder);
    accessSync(folder, constants.W_OK);
    const { bavail, bsize } = await statfs(folder);
    return { ...part, state: 'works', detail: `${folder}, ${formatBytes(bavail * bsize)} free`, fix: null };
  } catch (error) {
    return {
      ...part,
      state: 'fails',
      detail: `${folder} cannot be written: ${(error as Error).message}`,
      fix: 'export R1TUNE_HOME=FOLDER',
    };
  }
}

/** What people look for and need not install. */
export const checkBrowser = (): DoctorCheck => ({
  id: 'browser',
  title: 'browser',
  state: 'works',
  required: false,
  detail: 'not needed: report.html is a file of its own, PNG charts are drawn without one',
  fix: null,
});
