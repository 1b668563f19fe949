import { MACHINE_SCHEMA_VERSION, type Machine } from '../core/machine.js';
import type { Clock, Host } from '../core/ports.js';
import { adviceProbe } from './advice/index.js';
import { allocatorsProbe } from './allocators.js';
import { bindingsProbe } from './bindings.js';
import { cachesProbe } from './caches.js';
import { cpuProbe } from './cpu.js';
import { fingerprintProbe } from './fingerprint.js';
import { knobsProbe } from './knobs.js';
import { limitsProbe } from './limits.js';
import { loadProbe } from './load.js';
import { memoryProbe } from './memory.js';
import { numaProbe } from './numa.js';
import { platformProbe } from './platform.js';
import { powerProbe } from './power.js';
import type { Probe } from './probe.js';
import { toolsProbe } from './tools.js';
import { topologyProbe } from './topology.js';
import { virtualizationProbe } from './virtualization.js';

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
