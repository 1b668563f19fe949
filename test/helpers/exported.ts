import { mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Profile } from '../../src/core/profile.js';
import { type ExportTarget, exportProfile } from '../../src/export/index.js';
import { readProfile } from '../../src/store/documents.js';
import { SAMPLE_PROFILES } from './sample-profile.js';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Every profile that is checked in: those of profiles/ and of the sample run. */
const checkedIn = ['profiles', 'results/sample'].flatMap((folder) =>
  readdirSync(join(root, folder))
    .filter((file) => file.endsWith('.json') && (folder === 'profiles' || file.startsWith('best')))
    .map((file): [string, () => Profile] => [`${folder}/${file}`, () => readProfile(join(root, folder, file))]),
);

/** What the checkers look at: made-up profiles that use every line an export can write, and the checked-in ones. */
const PROFILES: Record<string, () => Profile> = { ...SAMPLE_PROFILES, ...Object.fromEntries(checkedIn) };
export const EXPORTED_NAMES = Object.keys(PROFILES);
export const exportedProfile = (name: string): Profile => PROFILES[name]!();

/** Names of the profiles that llama.cpp's own server can run. */
export const LLAMA_NAMES = EXPORTED_NAMES.filter((name) => exportedProfile(name).candidate.backend === 'llama-cpp');

/** A temporary folder that the caller removes. */
export const temporaryFolder = (): string => mkdtempSync(join(tmpdir(), 'r1-export-'));

/** Writes an export into a folder of its own and gives the path of its file with the ending. */
export function writeExport(
  folder: string,
  name: string,
  target: ExportTarget,
  options: { ending: string; host?: string },
): string {
  const place = mkdtempSync(join(folder, `${name.replaceAll('/', '-')}-${target}-`));
  const files = exportProfile(exportedProfile(name), target, { host: options.host ?? '127.0.0.1' });
  for (const file of files) writeFileSync(join(place, file.name), file.text);
  return join(place, files.find((file) => file.name.endsWith(options.ending))!.name);
}
