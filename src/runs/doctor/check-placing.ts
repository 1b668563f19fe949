import { type Binding, NO_BINDING } from '../../core/candidate.js';
import { formatCpuList } from '../../core/cpu-list.js';
import type { DoctorCheck } from '../../core/doctor.js';
import type { Machine } from '../../core/machine.js';
import type { Context } from '../context.js';
import { findGroupPlace } from '../experiment/conditions/cpu-group.js';
import type { CheckedEngine } from './check-engines.js';
import { installLine, type Package } from './install-line.js';
import { tinyTrial } from './tiny-trial.js';

/** What places a process and its memory: the binding programs, and control groups. Each is used, not only looked for. */
export async function checkPlacing(
  machine: Machine,
  engine: CheckedEngine | undefined,
  context: Context,
): Promise<DoctorCheck[]> {
  const first = machine.topology.cpus.find(({ isAllowed }) => isAllowed)?.id ?? 0;
  const cpu = formatCpuList([first]);
  const nodes = String(machine.numa.nodes.find(({ cpus }) => cpus.includes(first))?.id ?? 0);
  const taskset: Binding = { name: 'doctor', tool: 'taskset', cpus: cpu, memory: null };
  const numactl: Binding = { ...NO_BINDING, name: 'doctor', tool: 'numactl', memory: { policy: 'bind', nodes } };
  return [
    await checkTool('taskset', 'util-linux', taskset, { machine, engine, context }),
    await checkTool('numactl', 'numactl', numactl, { machine, engine, context }),
    checkGroups(context),
  ];
}

type Place = { machine: Machine; engine: CheckedEngine | undefined; context: Context };

async function checkTool(
  tool: 'taskset' | 'numactl',
  wanted: Package,
  binding: Binding,
  { machine, engine, context }: Place,
): Promise<DoctorCheck> {
  const part = { id: tool, title: tool, required: false };
  if (context.host.platform !== 'linux')
    return { ...part, state: 'unsupported', detail: 'binds processes on Linux only', fix: null };
  const found = machine.tools.find(({ name }) => name === tool);
  if (!found)
    return {
      ...part,
      state: 'missing',
      detail: 'not on the PATH: --binding arms that need it are left out',
      fix: installLine(context.host, wanted),
    };
  if (!engine?.model)
    return { ...part, state: 'works', detail: `${found.path} (not tried: no engine runs)`, fix: null };
  context.emit({ type: 'step', what: `${tool}: a process bound by it`, share: null });
  const { status, reason } = await tinyTrial(engine.backend, engine.model, { binding }, context);
  return status === 'measured'
    ? { ...part, state: 'works', detail: `${found.path} bound a process, proven from inside it`, fix: null }
    : { ...part, state: 'fails', detail: reason ?? status, fix: 'allow sched_setaffinity and set_mempolicy (seccomp)' };
}

function checkGroups({ host }: Context): DoctorCheck {
  const part = { id: 'cgroups', title: 'control groups', required: false };
  if (host.platform !== 'linux') return { ...part, state: 'unsupported', detail: 'only on Linux', fix: null };
  const place = findGroupPlace(host);
  if (typeof place !== 'string')
    return {
      ...part,
      state: 'works',
      detail: `version ${place.version}, groups can be made: quotas for claims`,
      fix: null,
    };
  return {
    ...part,
    state: 'missing',
    detail: `${place} Claims about CPU quotas are left out`,
    fix: 'sudo systemd-run --scope -p Delegate=yes --uid=$USER r1-tune claims',
  };
}
