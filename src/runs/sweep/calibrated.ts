import { join } from 'node:path';
import type { ModelArm } from '../../core/backends.js';
import type { Calibration } from '../../core/calibration.js';
import type { Machine } from '../../core/machine.js';
import type { ModelFile } from '../../core/model.js';
import type { Plan } from '../../core/run-result.js';
import { readCalibration } from '../../store/calibrations.js';
import type { Context } from '../context.js';
import { homeFolder } from '../home.js';

export const calibrationFolder = (context: Context): string => join(homeFolder(context.host), 'calibrations');

export const modelKey = (model: ModelFile): string => model.sha256 ?? `${model.path}:${model.sizeBytes}`;

/** What `r1-tune calibrate` found for these models on this machine. */
export const calibrationsOf = (arms: readonly ModelArm[], machine: Machine, context: Context): Calibration[] =>
  arms.flatMap(
    ({ backend, model }) =>
      readCalibration(calibrationFolder(context), {
        backend,
        modelKey: modelKey(model),
        fingerprint: machine.fingerprint.hash,
      }) ?? [],
  );

/** The warm-up of a run: what the calibrations found, the longest of them for all, so that every trial does the same. */
export function withWarmUp(workloads: Plan['workloads'], calibrations: readonly Calibration[]): Plan['workloads'] {
  if (calibrations.length === 0) return workloads;
  const steps = Math.max(...calibrations.map((calibration) => calibration.warmUp.steps));
  const warm = (w: Plan['workloads']['full']) => ({
    ...w,
    warmUpGenerateTokens: Math.max(w.warmUpGenerateTokens, steps),
  });
  return { short: warm(workloads.short), full: warm(workloads.full) };
}
