import type { Backend } from '../../core/candidate.js';
import type { Machine } from '../../core/machine.js';
import type { Exclusion } from '../../core/run-result.js';
import { probeMachine } from '../../probes/index.js';
import type { ModelArm } from '../../sweeps/space.js';
import type { Context } from '../context.js';
import { resolveArms } from './arms.js';
import { parseBackends } from './asked-axes.js';

export type StartFlags = {
  model?: string | undefined;
  backend?: string[] | undefined;
  quant?: string[] | undefined;
  bandwidth?: boolean | undefined;
};

export type Started = {
  machine: Machine;
  modelId: string;
  arms: ModelArm[];
  excluded: Exclusion[];
  command: string[];
  createdAt: string;
};

/** Machine and models of a run: what every measuring command needs before it can plan. */
export async function startRun(flags: StartFlags, fallback: readonly Backend[], context: Context): Promise<Started> {
  const machine = await probeMachine(context.host, { clock: context.clock });
  const quants = flags.quant?.flatMap((text) => text.split(',')).filter((text) => text !== 'auto');
  const models = await resolveArms(
    {
      spec: flags.model,
      backends: parseBackends(flags.backend, fallback),
      quants: quants?.length ? quants : undefined,
    },
    context,
  );
  return {
    machine,
    modelId: models.id,
    arms: models.arms,
    excluded: models.excluded,
    command: process.argv.slice(2),
    createdAt: new Date(context.clock.now()).toISOString(),
  };
}
