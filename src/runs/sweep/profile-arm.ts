import { existsSync } from 'node:fs';
import { R1Error } from '../../core/errors.js';
import type { Profile } from '../../core/profile.js';
import type { ModelArm } from '../../sweeps/space.js';
import type { Context } from '../context.js';
import { requireEngine } from '../engines/present.js';
import { resolveArms } from './arms.js';

/** The model file of a profile on this machine: where it was measured, where --model says, or made again from its id. */
export async function profileArm(profile: Profile, model: string | undefined, context: Context): Promise<ModelArm> {
  const { backend, quant } = profile.candidate;
  requireEngine(backend);
  if (model === undefined && existsSync(profile.model.path)) return { backend, model: profile.model };
  const { arms } = await resolveArms(
    { spec: model ?? profile.modelId, backends: [backend], quants: [quant], threads: profile.candidate.threads },
    context,
  );
  const arm = arms.find((a) => a.backend === backend && a.model.quant === quant);
  if (!arm)
    throw new R1Error(
      'PROFILE_MISMATCH',
      `${model ?? profile.modelId} has no ${quant} file for ${backend}, which the profile was made for.`,
      {
        mend: `Give --model with a ${quant} file, or tune again with r1-tune sweep.`,
      },
    );
  return arm;
}
