import { MACHINE_SCHEMA_VERSION, type Machine } from '../core/machine.js';
import type { Clock, Host } from '../core/ports.js';
import { adviceProbe } from './advice/index.js';
import { bindingsProbe } from './bindings.js';
import { fingerprintProbe } from './fingerprint.js';
import { limitsProbe } from './limits/limits.js';
import { memoryProbe } from './memory/memory.js';
import { numaProbe } from './memory/numa.js';
import type { Probe } from './probe.js';
import { cpuProbe } from './processor/cpu.js';
import { allocatorsProbe } from './programs/allocators.js';
import { toolsProbe } from './programs/tools.js';
import { knobsProbe } from './surroundings/knobs.js';
import { loadProbe } from './surroundings/load.js';
import { platformProbe } from './surroundings/platform.js';
import { powerProbe } from './surroundings/power.js';
import { virtualizationProbe } from './surroundings/virtualization.js';
import { cachesProbe } from './topology/caches.js';
import { topologyProbe } from './topology/topology.js';

/** All probes in the order they run: each after those it needs (a test holds that). */
export const PROBES: readonly Probe[] = [
  platformProbe,
  virtualizationProbe,
  cachesProbe,
  numaProbe,
  cpuProbe,
  topologyProbe,
  memoryProbe,
  limitsProbe,
  knobsProbe,
  loadProbe,
  powerProbe,
  toolsProbe,
  allocatorsProbe,
  bindingsProbe,
  fingerprintProbe,
  adviceProbe,
];

/** Runs every probe on a host. Synchronous, because all it does is read small files. */
export function runProbes(host: Host, clock?: Clock): Machine {
  const machine = {
    schemaVersion: MACHINE_SCHEMA_VERSION,
    kind: 'r1-tune/machine',
    isLive: host.isLive,
    probedAt: host.isLive && clock ? new Date(clock.now()).toISOString() : null,
    bandwidth: null,
  } as Machine;
  for (const probe of PROBES) Object.assign(machine, { [probe.section]: probe.run(host, machine) });
  return machine;
}
