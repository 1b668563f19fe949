import { existsSync } from 'node:fs';
import { isModelOf } from '../../core/backends.js';
import { R1Error } from '../../core/errors.js';
import type { ModelFile } from '../../core/model.js';
import type { Profile } from '../../core/profile.js';
import type { Context } from '../context.js';
import { requireEngine } from '../engines/present.js';
import { resolveModels } from './resolve-models.js';

/** The model file of a profile on this machine: where it was measured, where --model says, or made again from its id. */
export async function profileModel(profile: Profile, model: string | undefined, context: Context): Promise<ModelFile> {
  const { backend, quant } = profile.candidate;
  requireEngine(backend, context.host);
  if (model === undefined && existsSync(profile.model.path)) return profile.model;
  const { arms } = await resolveModels(
    { spec: model ?? profile.modelId, backends: [backend], quants: [quant], threads: profile.candidate.threads },
    context,
  );
  const own = arms.map(({ model }) => model).find((file) => isModelOf(file, profile.candidate));
  if (!own)
    throw new R1Error(
      'PROFILE_MISMATCH',
      `${model ?? profile.modelId} has no ${quant} file for ${backend}, which the profile was made for.`,
      {
        fix: `Give --model with a ${quant} file, or tune again with r1-tune sweep.`,
      },
    );
  return own;
}
