import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ExportTarget, exportProfile } from '../../src/export/index.js';
import { SAMPLE_PROFILES } from './sample-profile.js';

export type SampleName = keyof typeof SAMPLE_PROFILES;
export const SAMPLE_NAMES = Object.keys(SAMPLE_PROFILES) as SampleName[];

/** A temporary folder that the caller removes. */
export const temporaryFolder = (): string => mkdtempSync(join(tmpdir(), 'r1-export-'));

/** Writes an export into a folder of its own and gives the path of its file with the ending. */
export function writeExport(
  folder: string,
  name: SampleName,
  target: ExportTarget,
  options: { ending: string; host?: string },
): string {
  const place = mkdtempSync(join(folder, `${name}-${target}-`));
  const files = exportProfile(SAMPLE_PROFILES[name](), target, { host: options.host ?? '127.0.0.1' });
  for (const file of files) writeFileSync(join(place, file.name), file.text);
  return join(place, files.find((file) => file.name.endsWith(options.ending))!.name);
}
