import { type Candidate, candidateId } from '../../../../src/core/candidate.js';
import type { Machine } from '../../../../src/core/machine.js';
import { gaussian, randomInt, randomStream } from '../../../../src/core/random.js';
import { memoryHost } from '../../../../src/probes/host/memory.js';
import { probeMachine } from '../../../../src/probes/index.js';
import { toDesignSpace } from '../../../../src/sweeps/search/design-space.js';
import type { Fidelity } from '../../../../src/sweeps/search/search-space.js';
import { AUTO_AXES } from '../../../../src/sweeps/space/axes.js';
import { buildSpace, type Space } from '../../../../src/sweeps/space/space.js';
import { generateMachine } from '../../machines/generated.js';
import { sampleModel } from '../../sample-plan.js';
import type { World } from '../world.js';
import { BITS, type ServerKind } from './kinds.js';
import { serverNoise } from './noise.js';
import { BILLION_WEIGHTS, serverPhysics } from './physics.js';

/** A simulated server under the product's own space: what a sweep of a 7B model would search there. */
export type ServerWorld = World & {
  candidates: ReadonlyMap<string, Candidate>;
  /** Log of the mean rate of a configuration over the long run, in the environment of this seed. */
  longRun(id: string, seed: number): number;
};

type Prepared = { machine: Machine; space: Space };
const prepared = new Map<string, Promise<Prepared>>();

/** Short trials are wrong about a configuration by this much, for good. */
const SHORT_BIAS = 0.015;

const quotaFiles = (quota: number): Record<string, string> => ({
  '/proc/self/cgroup': '0::/a',
  '/proc/self/mountinfo': '30 23 0:26 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate',
  '/sys/fs/cgroup/a/cpu.max': `${quota * 100_000} 100000`,
});

export async function serverMachine({ description, quota }: ServerKind): Promise<Machine> {
  const recorded = generateMachine(description);
  if (quota) Object.assign(recorded.files, quotaFiles(quota));
  const machine = await probeMachine(memoryHost(recorded));
  const allocators = (['jemalloc', 'mimalloc'] as const).map((name) => ({
    ...{ name, path: `/usr/lib/lib${name}.so`, usable: true, version: '1', reason: null },
  }));
  return { ...machine, allocators: allocators as unknown as Machine['allocators'] };
}

export const modelOf = (quant: string) => {
  const bytes = (BILLION_WEIGHTS * 1e9 * BITS[quant]!) / 8;
  return sampleModel({
    quant,
    sizeBytes: bytes,
    bytesPerToken: bytes,
    parameters: BILLION_WEIGHTS * 1e9,
    kvBytesPerToken: 131_072,
  });
};

async function prepare(kind: ServerKind): Promise<Prepared> {
  const machine = await serverMachine(kind);
  const arms = kind.quants.map((quant) => ({ backend: 'llama-cpp' as const, model: modelOf(quant) }));
  const space = buildSpace({ machine, arms, axes: AUTO_AXES, contextTokens: 4096, maxRssBytes: null });
  return { machine, space };
}

export async function serverWorld(kind: ServerKind, seed: number): Promise<ServerWorld> {
  if (!prepared.has(kind.name)) prepared.set(kind.name, prepare(kind));
  const { machine, space } = await prepared.get(kind.name)!;
  // A quality floor leaves some of the quantizations; the first of these is what an untuned person would run.
  const allowed = kind.quants.slice(randomInt(randomStream(seed, 'floor'), kind.quants.length));
  const defaultCandidate = { ...space.defaultCandidate, quant: allowed[0]! };
  const defaultId = candidateId(defaultCandidate);
  const others = space.candidates.filter((c) => allowed.includes(c.quant) && candidateId(c) !== defaultId);
  const all = [...others.filter((c) => c !== space.defaultCandidate), defaultCandidate];
  const candidates = new Map(all.map((c) => [candidateId(c), c]));
  const speed = serverPhysics(kind, machine, seed);
  const truth = new Map([...candidates].map(([id, candidate]) => [id, speed(candidate)]));
  const shortBias = (id: string): number => SHORT_BIAS * gaussian(randomStream(seed, `short-${id}`));
  return {
    candidates,
    truth,
    space: toDesignSpace({ candidates: all, defaultCandidate, excluded: [] }, allowed.map(modelOf), machine, () => 0),
    longRun: (id, runSeed) => truth.get(id)! + serverNoise(kind, runSeed).mean,
    open(runSeed) {
      const noise = serverNoise(kind, runSeed);
      const env = {
        trials: 0,
        run(id: string, fidelity: Fidelity) {
          env.trials += 1;
          const bias = fidelity === 'short' ? shortBias(id) : 0;
          return { value: Math.exp(truth.get(id)! + bias + noise.next(candidates.get(id)!, fidelity)) };
        },
      };
      return env;
    },
  };
}

/** The same server on which nothing is faster than the default: whoever finds a gain there is wrong. */
export function flatWorld(world: ServerWorld): ServerWorld {
  const standard = world.truth.get(world.space.defaultId)!;
  const truth = new Map([...world.truth].map(([id, log]) => [id, Math.min(log, standard)]));
  return {
    ...world,
    truth,
    open(seed) {
      const env = world.open(seed);
      return {
        get trials() {
          return env.trials;
        },
        run: (id, fidelity) => ({
          value: env.run(id, fidelity).value! * Math.exp(truth.get(id)! - world.truth.get(id)!),
        }),
      };
    },
  };
}
