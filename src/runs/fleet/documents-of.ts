import { existsSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import * as z from 'zod';
import { R1Error } from '../../core/errors.js';
import {
  FLEET_VERSION,
  type FleetEntry,
  type FleetMachineFacts,
  type FleetSetAside,
  fleetEntrySchema,
} from '../../core/fleet.js';
import type { Machine } from '../../core/machine.js';
import type { RunResult } from '../../core/run-result.js';
import { fleetRun, type Origin } from '../../fleet/fleet-run.js';
import { openSysroot } from '../../probes/host/sysroot.js';
import { probeMachine } from '../../probes/index.js';
import { readMachine } from '../../store/documents.js';
import { readRun } from '../../store/run-folder.js';
import { describeMachine, toProfile } from '../../sweeps/results/to-profile.js';

/** What gate.json must say to be taken; the rest is its own. */
const gateSchema = z.looseObject({
  kind: z.literal('r1-tune/gate'),
  mode: z.string(),
  verdict: z.string(),
  reasons: z.array(z.string()),
  baseline: z.looseObject({ name: z.string() }),
  candidate: z.looseObject({ name: z.string() }),
  finishedAt: z.string(),
});

const factsOf = (machine: Machine): FleetMachineFacts => ({
  fingerprint: machine.fingerprint,
  description: describeMachine(machine),
});

/** A run with its recommendation, made again from the run alone as `sweep` and `bench` make it. */
export function entryOfRun(run: RunResult, origin: Origin): FleetEntry {
  // A bench chooses nothing: its profile is of the one configuration that it measured.
  const chosenId = run.plan.strategy === 'bench' ? run.configurations[0]?.candidateId : run.choice?.candidateId;
  const chosen = run.configurations.find(({ candidateId }) => candidateId === chosenId);
  const isProfile = chosen?.objective && chosen.ttftMs && chosen.prefillTokensPerSecond;
  const profile = isProfile ? toProfile(run, chosen, run.plan.label) : null;
  return fleetRun(run, profile, factsOf(run.machine), origin);
}

export function entryOfGate(text: string, machine: Machine, origin: Origin): FleetEntry {
  const parsed = gateSchema.safeParse(JSON.parse(text));
  if (!parsed.success)
    throw new R1Error('RUN_INVALID', `gate.json is not a verdict of r1-tune gate:\n${z.prettifyError(parsed.error)}`);
  const { mode, verdict, reasons, baseline, candidate, finishedAt } = parsed.data;
  return {
    schemaVersion: FLEET_VERSION,
    kind: 'r1-tune/fleet-gate',
    ...origin,
    machine: factsOf(machine),
    ...{ mode, verdict, reasons, finishedAt },
    baseline: baseline.name,
    candidate: candidate.name,
  };
}

export const entryOfMachine = (machine: Machine, origin: Origin): FleetEntry => ({
  schemaVersion: FLEET_VERSION,
  kind: 'r1-tune/fleet-machine',
  ...origin,
  machine: factsOf(machine),
  probedAt: machine.probedAt,
});

export const setAside = (origin: Origin, reason: string): FleetSetAside => ({
  schemaVersion: FLEET_VERSION,
  kind: 'r1-tune/fleet-set-aside',
  ...origin,
  reason,
});

/** A folder with a document in it, or a file that is one. */
export type Found = { path: string; what: 'run' | 'gate' | 'unfinished' | 'machine' | 'capture' | 'entry' };

/** What a folder's files say it is, or null for one that is none of ours. */
export function foundIn(folder: string): Found | null {
  const has = (name: string): boolean => existsSync(join(folder, name));
  if (has('run.json')) return { path: folder, what: 'run' };
  if (has('gate.json')) return { path: folder, what: 'gate' };
  if (has('plan.json') || has('outcomes.jsonl')) return { path: folder, what: 'unfinished' };
  return has('machine.json') ? { path: folder, what: 'machine' } : null;
}

/** The document of a folder or file. Throws what says why it cannot be taken. */
export async function readFound({ path, what }: Found, origin: Origin): Promise<FleetEntry> {
  if (what === 'run') return entryOfRun(readRun(path), origin);
  if (what === 'gate') return readGate(path, origin);
  if (what === 'machine') return entryOfMachine(readMachine(join(path, 'machine.json')), origin);
  if (what === 'capture') return entryOfMachine(await probeMachine(openSysroot(path)), origin);
  if (what === 'entry') return readEntryFile(path, origin);
  throw new R1Error('RUN_INVALID', `${basename(path)} holds a run without a result: it was cut, or is still running.`);
}

function readGate(path: string, origin: Origin): FleetEntry {
  if (!existsSync(join(path, 'machine.json')))
    throw new R1Error(
      'RUN_INVALID',
      'gate.json stands without machine.json, so nothing says on which machine it ran (r1-tune 0.1.0 did not write it).',
    );
  return entryOfGate(readFileSync(join(path, 'gate.json'), 'utf8'), readMachine(join(path, 'machine.json')), origin);
}

/** An entry of another fleet keeps its origin; a name that is given now wins. */
function readEntryFile(path: string, { node }: Origin): FleetEntry {
  const parsed = fleetEntrySchema.safeParse(JSON.parse(readFileSync(path, 'utf8')));
  if (!parsed.success) throw new R1Error('RUN_INVALID', `not an entry of a fleet: ${z.prettifyError(parsed.error)}`);
  return node === null ? parsed.data : { ...parsed.data, node };
}
