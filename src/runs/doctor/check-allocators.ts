import { type Allocator, allocatorNameSchema } from '../../core/candidate.js';
import type { DoctorCheck } from '../../core/doctor.js';
import type { Machine } from '../../core/machine.js';
import type { Context } from '../context.js';
import type { CheckedEngine } from './check-engines.js';
import { installLine, type Package } from './install-line.js';
import { tinyTrial } from './tiny-trial.js';

/** Allocators that can be preloaded; glibc stands for the C library's own, which is always there. */
const PRELOADED = allocatorNameSchema.exclude(['glibc']).options satisfies readonly Package[];

/** Each allocator that was found is preloaded into a trial, which looks for it in its own memory map. */
export async function checkAllocators(
  machine: Machine,
  engine: CheckedEngine | undefined,
  context: Context,
): Promise<DoctorCheck[]> {
  const checks: DoctorCheck[] = [];
  for (const name of PRELOADED) checks.push(await checkAllocator(name, machine, engine, context));
  return checks;
}

async function checkAllocator(
  name: (typeof PRELOADED)[number],
  machine: Machine,
  engine: CheckedEngine | undefined,
  context: Context,
): Promise<DoctorCheck> {
  const part = { id: `allocator-${name}`, title: name, required: false };
  if (context.host.platform !== 'linux')
    return { ...part, state: 'unsupported', detail: 'preloaded on Linux only', fix: null };
  const all = machine.allocators.filter((found) => found.name === name);
  const usable = all.find((found) => found.usable);
  if (!usable) {
    const detail = all[0] ? `${all[0].path}: ${all[0].reason}` : 'not found: --allocator goes without it';
    return { ...part, state: all[0] ? 'fails' : 'missing', detail, fix: installLine(context.host, name) };
  }
  if (!engine?.model)
    return { ...part, state: 'works', detail: `${usable.path} (not tried: no engine runs)`, fix: null };
  context.emit({ type: 'step', what: `${name}: a process with it`, share: null });
  const allocator: Allocator = { name, path: usable.path };
  const { status, reason } = await tinyTrial(engine.backend, engine.model, { allocator }, context);
  return status === 'measured'
    ? { ...part, state: 'works', detail: `${usable.path} was loaded`, fix: null }
    : { ...part, state: 'fails', detail: reason ?? status, fix: installLine(context.host, name) };
}
