import type { Machine } from '../core/machine.js';
import { MACHINE_SCHEMA_VERSION } from '../core/machine-version.js';
import type { Clock, Host } from '../core/ports.js';
import { probeAdvice } from './advice/index.js';
import { probeBindings } from './bindings.js';
import { probeFingerprint } from './fingerprint.js';
import { probeLimits } from './limits/limits.js';
import { probeMemory } from './memory/memory.js';
import { probeNuma } from './memory/numa.js';
import { probeCpu } from './processor/cpu.js';
import { probeAllocators } from './programs/allocators.js';
import { probeTools } from './programs/tools.js';
import type { Sections } from './sections.js';
import { probeGpus } from './surroundings/gpus.js';
import { probeKnobs } from './surroundings/knobs.js';
import { probeLoad } from './surroundings/load.js';
import { probePlatform } from './surroundings/platform.js';
import { probePower } from './surroundings/power.js';
import { probeVirtualization } from './surroundings/virtualization.js';
import { probeCaches } from './topology/caches.js';
import { probeTopology } from './topology/topology.js';

/** Runs every probe on a host. Synchronous, because all it does is read small files. */
export function runProbes(host: Host, clock?: Clock): Machine {
  return {
    schemaVersion: MACHINE_SCHEMA_VERSION,
    kind: 'r1-tune/machine',
    isLive: host.isLive,
    probedAt: host.isLive && clock ? new Date(clock.now()).toISOString() : null,
    ...readSections(host),
    bandwidth: null,
  };
}

/**
 * One call a section: the seam for a new fact. A probe is a function of the host and of the sections it rests on; it starts
 * no process, needs no right and never throws: what cannot be read is a fact of its own. The compiler holds the order
 * (a section is used after it is read) and that none is missing.
 */
function readSections(host: Host): Sections {
  const platform = probePlatform(host);
  const virtualization = probeVirtualization(host);
  const caches = probeCaches(host);
  const numa = probeNuma(host);
  const cpu = probeCpu(host, { platform });
  const topology = probeTopology(host, { cpu, caches, numa, virtualization });
  const memory = probeMemory(host, { numa });
  const limits = probeLimits(host, { cpu, topology });
  const knobs = probeKnobs(host, { topology, virtualization });
  const load = probeLoad(host);
  const gpus = probeGpus(host);
  const power = probePower(host, { topology, virtualization });
  const tools = probeTools(host);
  const allocators = probeAllocators(host, { platform });
  const bindings = probeBindings(host, { platform, topology, numa, tools });
  const facts = { platform, cpu, topology, caches, numa, memory, limits, knobs, virtualization };
  const programs = { load, power, gpus, tools, allocators };
  const fingerprint = probeFingerprint({ ...facts, allocators });
  const advice = probeAdvice(host, { ...facts, ...programs, bindings });
  return { ...facts, ...programs, bindings, advice, fingerprint };
}
