import type { ClaimsPlan } from '../../core/claims.js';
import { CLAIMS_VERSION } from '../../core/claims.js';
import type { Machine } from '../../core/machine.js';
import { parseDurationMs } from '../../core/units.js';
import { type ClaimsFolder, createClaimsFolder } from '../../store/claims-folder.js';
import type { Context } from '../context.js';
import { drawSeed } from '../draw-seed.js';
import { engineVersions, gitCommit } from '../versions.js';
import { absentReasons, largerModel, startClaims } from './models.js';
import { type ClaimsRequest, claimNumbers, pricesOf } from './request.js';

export type ClaimsJob = { folder: ClaimsFolder; plan: ClaimsPlan; machine: Machine };

/** Flags → everything decided before the first trial, in a new run folder. Throws USAGE before anything is made. */
export async function startJob(flags: ClaimsRequest, context: Context): Promise<ClaimsJob> {
  const claims = claimNumbers(flags.only);
  const budgetMs = parseDurationMs(flags.budget);
  const prices = pricesOf(flags);
  const started = await startClaims(flags, claims, context);
  const larger = await largerModel(flags, claims, started.machine, context);
  const absent = absentReasons(started);
  if (typeof larger === 'string') absent.larger = larger;
  const plan: ClaimsPlan = {
    schemaVersion: CLAIMS_VERSION,
    kind: 'r1-tune/claims-plan',
    createdAt: started.createdAt,
    command: started.command,
    seed: flags.seed ?? drawSeed(),
    budgetMs,
    claims,
    allowsMachineChanges: flags.allowMachineChanges,
    prices,
    blocks: {},
    modelId: started.modelId,
    models: started.models,
    larger: typeof larger === 'string' ? null : larger,
    absent,
    versions: engineVersions(),
    gitCommit: gitCommit(),
  };
  const time = new Date(context.clock.now());
  const folder = createClaimsFolder({ parent: flags.results, out: flags.out ?? null, time });
  folder.writeMachine(started.machine);
  folder.writePlan(plan);
  return { folder, plan, machine: started.machine };
}
