import { R1Error } from '../../core/errors.js';
import { splitWords } from '../../core/shell-word.js';
import { parseBytes } from '../../core/units.js';
import { exportSweep, type SweepTarget } from '../../export/fleet/index.js';
import { kubernetesFleet, type ServingKind } from '../../export/fleet/kubernetes-fleet.js';
import type { ExportFile, ExportOptions } from '../../export/index.js';
import { onlyModel } from '../../fleet/plan/plan.js';
import { measuredReplica } from '../../fleet/plan/replica-model.js';
import { readProfile } from '../../store/documents.js';
import { readCapacityPlan, readFleet } from '../../store/fleet-folder.js';

export type FleetFlags = {
  profile?: string;
  fleet?: string;
  plan?: string;
  pool: string;
  model?: string;
  nodes?: string;
  selector?: string;
  cpus?: number;
  memory?: string;
  sweepArguments: string;
  image: string;
};

const MIB = 1024 ** 2;

/** A sweep of a pool. Throws `USAGE` for what a target needs and was not given. */
export function sweepFiles(target: SweepTarget, flags: FleetFlags): ExportFile[] {
  const isCluster = target === 'kubernetes-sweep';
  const { cpus, memory } = flags;
  if (isCluster && !(Number.isInteger(cpus) && cpus! >= 1))
    throw new R1Error('USAGE', '--cpus: expected the whole CPUs of a pod, for example 15 on nodes with 16.');
  if (isCluster && memory === undefined)
    throw new R1Error('USAGE', '--memory: expected the memory of a pod, for example 12GiB.');
  if (flags.model === undefined)
    throw new R1Error(
      'USAGE',
      '--model: expected what to tune: a path in the pod, a catalog id or synthetic:GEOMETRY.',
    );
  return exportSweep(target, {
    pool: flags.pool,
    model: flags.model,
    sweepArguments: splitWords(flags.sweepArguments),
    image: flags.image,
    nodes: isCluster ? Number(flags.nodes) : (flags.nodes ?? '').split(',').filter(Boolean),
    selector: flags.selector ?? null,
    cpus: cpus ?? 0,
    memoryMebibytes: memory === undefined ? 0 : Math.floor(parseBytes(memory) / MIB),
    profile: flags.profile === undefined ? null : readProfile(flags.profile),
  });
}

/** A Deployment for each kind: those that a plan chose, else every kind with a profile, one replica each. */
export function fleetFiles(flags: FleetFlags, options: ExportOptions): ExportFile[] {
  const fleet = readFleet(flags.fleet!);
  const plan = flags.plan === undefined ? null : readCapacityPlan(flags.plan);
  if (plan && !plan.chosen)
    throw new R1Error('USAGE', `${flags.plan} chose no machines, so there is nothing to deploy.`);
  const model = onlyModel(fleet, flags.model ?? plan?.model);
  const kinds = fleet.kinds.flatMap((kind): ServingKind[] => {
    const measured = measuredReplica(kind, model);
    const chosen = plan?.chosen?.find((one) => one.kind === kind.id);
    if (!measured || (plan && !chosen)) return [];
    const { profile } = measured;
    const planned = plan?.kinds.find((one) => one.kind === kind.id);
    return [
      {
        id: kind.id,
        name: kind.name,
        profile,
        nodes: kind.machines.flatMap(({ node }) => node ?? []),
        replicas: chosen?.replicas ?? profile.candidate.replicas,
        sequences: planned?.sequences ?? profile.candidate.sequences,
      },
    ];
  });
  if (kinds.length === 0) throw new R1Error('USAGE', `${flags.fleet} holds no profile of ${model}.`);
  return kubernetesFleet(kinds, options);
}
