import { type Candidate, candidateId } from '../../../../src/core/candidate.js';
import { parseCpuList } from '../../../../src/core/cpu-list.js';
import type { Machine } from '../../../../src/core/machine.js';
import { gaussian, type Random, randomStream } from '../../../../src/core/random.js';
import { BITS, type ServerKind } from './kinds.js';
import { type Placement, placementsOf } from './placement.js';

/**
 * How fast each configuration of a server truly decodes: bandwidth that saturates per node, the fabric of a core complex,
 * remote memory, SMT, barriers that grow with threads and sockets, a quota, slow cores. A model, not a server: it does not
 * know what the search assumes, and comparisons on it mean more than its figures.
 */

/** Billions of weights, and layers' worth of barriers a token. */
export const BILLION_WEIGHTS = 7.6;
const LAYERS = 32;
/** Log speed that no knob explains, standard deviation. */
const RUGGED = 0.01;

export const between = (random: Random, low: number, high: number): number => low + (high - low) * random();

/** What the seed draws once for a machine. */
function draw(kind: ServerKind, seed: number) {
  const r = randomStream(seed, `server ${kind.name}`);
  const node = between(r, ...kind.nodeBandwidth);
  return {
    node,
    core: between(r, ...kind.coreBandwidth),
    complex: between(r, 35, 65),
    remote: node * between(r, 0.45, 0.8),
    link: node * between(r, 0.3, 0.7),
    smtGain: between(r, 0.85, 1.08) - between(r, 0, 0.12),
    barrierUs: between(r, 1.5, 5),
    barrierUsPerThread: between(r, 0.02, 0.25),
    crossSocket: between(r, 1.2, 2.6),
    barriers: LAYERS * between(r, 7, 12),
    efficiencySpeed: between(r, 0.45, 0.7),
    balancing: between(r, 0.2, 0.9),
    dequantize: Object.fromEntries(Object.keys(BITS).map((quant) => [quant, between(r, 0.75, 1.3)])),
    firstTouch: between(r, 0.35, 1),
    clash: between(r, 0, 0.12),
    tightClash: between(r, 0.02, 0.3),
    allocators: new Map(['jemalloc', 'mimalloc'].map((name) => [name, 0.008 * gaussian(r)])),
    migration: between(r, 0, 0.06),
  };
}
type Drawn = ReturnType<typeof draw>;

/** Log tokens per second of a configuration on the machine of a seed; `rugged` of it no knob explains. */
export function serverPhysics(
  kind: ServerKind,
  machine: Machine,
  seed: number,
  rugged = RUGGED,
): (candidate: Candidate) => number {
  const drawn = draw(kind, seed);
  const placement = placementsOf(machine);
  const nodes = Math.max(1, ...machine.topology.cpus.map((cpu) => (cpu.node ?? 0) + 1));
  return (candidate) => {
    const placed = placement(candidate.binding.cpus, candidate.threads);
    const gigabytes = (BILLION_WEIGHTS * BITS[candidate.quant]!) / 8;
    const computing =
      gigabytes / (cores(drawn, placed, kind, candidate) * drawn.core * drawn.dequantize[candidate.quant]!);
    const memory = memorySeconds(drawn, placed, weightsByNode(drawn, placed, candidate, nodes), gigabytes);
    const fabric = (gigabytes * placed.mostOnOneCache) / placed.used / drawn.complex;
    const seconds = Math.cbrt(computing ** 3 + memory ** 3 + fabric ** 3) + barrierSeconds(drawn, placed, candidate);
    const surprise = rugged === 0 ? 0 : rugged * gaussian(randomStream(seed, candidateId(candidate)));
    return (
      -Math.log(seconds) +
      (drawn.allocators.get(candidate.allocator.name) ?? 0) -
      losses(drawn, placed, candidate) +
      surprise
    );
  };
}

/** Cores' worth of compute. */
function cores(
  d: Drawn,
  { used, extra, efficiencyCores }: Placement,
  { quota = Infinity }: ServerKind,
  c: Candidate,
): number {
  const slowest = efficiencyCores > 0 ? d.efficiencySpeed : 1;
  const sum = used - efficiencyCores * (1 - d.efficiencySpeed);
  const shared = 1 + (d.smtGain - 1) * Math.min(1, extra / used);
  const throttled = c.threads > quota ? (quota / c.threads) * 0.6 : 1;
  return (d.balancing * sum + (1 - d.balancing) * slowest * used) * shared * throttled;
}

/** Share of the weights on each node. */
function weightsByNode(d: Drawn, placed: Placement, { binding: { memory } }: Candidate, nodes: number): number[] {
  const listed = memory?.nodes ? parseCpuList(memory.nodes) : null;
  if (listed) return Array.from({ length: nodes }, (_, node) => (listed.includes(node) ? 1 / listed.length : 0));
  const home = placed.nodes.size === 1 ? [...placed.nodes.keys()][0]! : 0;
  const strays = (1 - d.firstTouch) * (placed.nodes.size === 1 ? 0.3 : 1);
  return Array.from({ length: nodes }, (_, node) => strays / nodes + (node === home ? 1 - strays : 0));
}

/** The slowest node decides. */
function memorySeconds(d: Drawn, { used, nodes }: Placement, weights: readonly number[], gigabytes: number): number {
  const saturation = 1 - Math.exp(-used / Math.max(1, d.node / (d.core * 1.3)));
  const links = d.link * (weights.length > 2 ? 2 : 1) * Math.max(1, nodes.size - 1);
  const remote = Math.min(links, d.remote) * saturation;
  const seconds = weights.map((share, node) => {
    const near = (nodes.get(node) ?? 0) / used;
    return gigabytes * share * (near / (d.node * saturation) + (1 - near) / remote);
  });
  return Math.max(...seconds);
}

const barrierSeconds = (d: Drawn, { sockets }: Placement, { threads }: Candidate): number =>
  d.barriers * (d.barrierUs + d.barrierUsPerThread * threads) * (sockets > 1 ? d.crossSocket : 1) * 1e-6;

/** Threads that share a CPU while another idles, and threads that wander. */
function losses(d: Drawn, { cpus, cores: all }: Placement, { threads, threadPlacement, binding }: Candidate): number {
  const isTight = threads >= cpus || (threads >= all && cpus === all);
  const clash = threads > 1 && threadPlacement !== 'apart';
  const shared = clash ? (d.clash * threads) / cpus + (isTight ? d.tightClash * Math.min(1, 8 / threads + 0.3) : 0) : 0;
  return shared + (binding.name === 'none' ? d.migration * (1 - threads / cpus) : 0);
}
