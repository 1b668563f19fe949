import { shortHash } from '../core/canonical.js';
import {
  FLEET_VERSION,
  type Fleet,
  type FleetCapture,
  type FleetEntry,
  type FleetGate,
  type FleetKind,
  type FleetMachine,
  type FleetMachineFacts,
  type FleetRun,
  type FleetSetAside,
} from '../core/fleet.js';
import { groupBy } from '../core/group-by.js';

type OfMachine = FleetRun | FleetGate | FleetCapture;

/** The id of a kind, from the hard facts themselves and not from what a file says their hash is. */
export const kindId = ({ fingerprint }: FleetMachineFacts): string => shortHash(fingerprint.hard);

/**
 * Entries by kind and machine: a pure function, whose result does not depend on their order. A machine is its name within its
 * kind; unnamed documents with the same hard facts are taken for one machine, and say so by having no name.
 */
export function buildFleet(entries: readonly FleetEntry[]): Fleet {
  const sorted = newestFirst(entries);
  const placed = sorted.filter((entry): entry is OfMachine => entry.kind !== 'r1-tune/fleet-set-aside');
  const kinds = [...groupBy(placed, ({ machine }) => kindId(machine))].map(([id, own]) => kindOf(id, own));
  return {
    schemaVersion: FLEET_VERSION,
    kind: 'r1-tune/fleet',
    kinds: kinds.sort((a, b) => compareText(a.name, b.name) || compareText(a.id, b.id)),
    setAside: setAsideOf(sorted, placed),
  };
}

function kindOf(id: string, entries: readonly OfMachine[]): FleetKind {
  const { machine } = entries[0]!;
  const machines = [...groupBy(entries, ({ node }) => node ?? '')].map(([, own]) => machineOf(own));
  return {
    id,
    name: kindName(machine),
    hard: machine.fingerprint.hard,
    machines: machines.sort((a, b) => compareText(a.node ?? '', b.node ?? '')),
  };
}

/** Model, CPUs that may be used and memory: what tells two kinds apart at a glance. */
function kindName({ description, fingerprint }: FleetMachineFacts): string {
  const { ramClassGiB, quotaCpus, numaNodes } = fingerprint.hard;
  return [
    description,
    ...(quotaCpus === null ? [] : [`quota ${quotaCpus} CPUs`]),
    ...(ramClassGiB === null ? [] : [`${ramClassGiB} GiB`]),
    ...(numaNodes > 1 ? [`${numaNodes} NUMA nodes`] : []),
  ].join(', ');
}

function machineOf(entries: readonly OfMachine[]): FleetMachine {
  const runs = entries.filter((entry) => entry.kind === 'r1-tune/fleet-run');
  return {
    node: entries[0]!.node,
    machine: entries[0]!.machine,
    runs: lastStates(runs),
    gates: entries.filter((entry) => entry.kind === 'r1-tune/fleet-gate'),
    captures: entries.filter((entry) => entry.kind === 'r1-tune/fleet-machine'),
  };
}

/** A run that was cut, collected and then finished is one run: its newest state counts. Newest first, as they come. */
const lastStates = (runs: readonly FleetRun[]): FleetRun[] =>
  [...groupBy(runs, ({ run, startedAt }) => `${run} ${startedAt}`)].map(([, states]) => states[0]!);

/** What was damaged once and has been taken since is mended. */
function setAsideOf(entries: readonly FleetEntry[], placed: readonly OfMachine[]): FleetSetAside[] {
  const taken = new Set(placed.map(({ source }) => source));
  return entries
    .filter((entry) => entry.kind === 'r1-tune/fleet-set-aside')
    .filter(({ source }) => !taken.has(source))
    .sort((a, b) => compareText(a.source, b.source));
}

const timeOf = (entry: FleetEntry): string =>
  'finishedAt' in entry ? entry.finishedAt : 'probedAt' in entry ? (entry.probedAt ?? '') : '';

/** Newest first; equal times by name and at last by content, so that the order of files plays no part. */
const newestFirst = (entries: readonly FleetEntry[]): FleetEntry[] =>
  entries
    .map((entry) => ({ entry, time: Date.parse(timeOf(entry)) || 0, name: `${entry.node} ${entry.source}` }))
    .sort(
      (a, b) => b.time - a.time || compareText(a.name, b.name) || compareText(shortHash(a.entry), shortHash(b.entry)),
    )
    .map(({ entry }) => entry);

/** By code points: the same on every machine, whatever its language. */
const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
