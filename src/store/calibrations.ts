import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Calibration, calibrationSchema } from '../core/calibration.js';
import { shortHash } from '../core/canonical.js';
import { makeFolder } from '../formats/files/make-folder.js';
import { writeJsonAtomic } from './atomic-write.js';

/** One calibration for each machine fingerprint, engine and model, in the `calibrations` folder of R1TUNE_HOME. */
export type CalibrationKey = Pick<Calibration, 'fingerprint' | 'modelKey'> & { backend: string };

const fileOf = (folder: string, key: CalibrationKey): string =>
  join(folder, `${key.fingerprint}-${shortHash(key)}.json`);

export function writeCalibration(folder: string, calibration: Calibration): string {
  const path = fileOf(folder, keyOf(calibration));
  makeFolder(folder);
  writeJsonAtomic(path, calibration);
  return path;
}

const keyOf = ({ fingerprint, modelKey, candidate }: Calibration): CalibrationKey => ({
  fingerprint,
  modelKey,
  backend: candidate.backend,
});

/** The stored calibration, or null: one that is damaged or of another version is as good as none. */
export function readCalibration(folder: string, key: CalibrationKey): Calibration | null {
  const path = fileOf(folder, key);
  if (!existsSync(path)) return null;
  try {
    return calibrationSchema.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch {
    return null;
  }
}
