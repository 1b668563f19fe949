import { gaussian, type Random, randomInt, randomStream, shuffled } from '../../../src/core/random.js';
import type { DesignPoint, DesignSpace } from '../../../src/sweeps/search/search-space.js';
import { searchNoise } from './noise.js';
import type { Measured, World } from './world.js';

/** A made-up machine per seed: a roofline with saturating bandwidth, SMT and oversubscription penalties, and small surprises. */

const THREADS = [1, 2, 3, 4, 6, 8, 12, 16];
const QUANTS = { q4_0: 4.5, q4_k_m: 4.85, q5_k_m: 5.7, q6_k: 6.6, q8_0: 8.5, f16: 16 };
const BINDINGS = ['none', 'one-per-core', 'all-smt'];
const ALLOCATORS = ['glibc', 'jemalloc', 'mimalloc'];
const BACKENDS = ['llama-cpp', 'onnx'];

type Setting = { threads: number; quant: number; binding: number; allocator: number; backend: number };

export type SurfaceOptions = {
  /** Log speed added by a hidden interaction. */
  bonus?: (setting: Setting) => number;
};

export function syntheticWorld(seed: number, options: SurfaceOptions = {}): World {
  const random = randomStream(seed, 'surface');
  const surface = roofline(random);
  // A quality floor leaves one to six quantization levels.
  const lowestQuant = randomInt(random, 5);
  const settings = allSettings().filter((s) => s.quant >= lowestQuant);
  const points = settings.map(pointOf);
  const truth = new Map(
    settings.map((s, i) => [points[i]!.id, surface(s) + 0.01 * gaussian(random) + (options.bonus?.(s) ?? 0)]),
  );
  return { space: spaceOf(points, lowestQuant), truth, open: (runSeed) => openNoisy(truth, runSeed) };
}

const allSettings = (): Setting[] =>
  THREADS.flatMap((threads) =>
    Object.keys(QUANTS).flatMap((_, quant) =>
      BINDINGS.flatMap((_, binding) =>
        ALLOCATORS.flatMap((_, allocator) =>
          BACKENDS.map((_, backend) => ({ threads, quant, binding, allocator, backend })),
        ),
      ),
    ),
  );

function pointOf(s: Setting): DesignPoint {
  const [quant, bits] = Object.entries(QUANTS)[s.quant]!;
  const levels = {
    threads: s.threads,
    quant,
    bits,
    binding: BINDINGS[s.binding]!,
    allocator: ALLOCATORS[s.allocator]!,
    backend: BACKENDS[s.backend]!,
  };
  return { id: Object.values(levels).join('/'), levels };
}

function spaceOf(points: DesignPoint[], lowestQuant: number): DesignSpace {
  const quant = Object.keys(QUANTS)[Math.max(1, lowestQuant)];
  const standard = { threads: 6, quant, binding: 'none', allocator: 'glibc', backend: 'llama-cpp' };
  const isDefault = (p: DesignPoint): boolean => Object.entries(standard).every(([k, v]) => p.levels[k] === v);
  return {
    axes: [
      { name: 'threads', kind: 'numeric', scale: 'log2' },
      { name: 'quant', kind: 'nominal' },
      { name: 'bits', kind: 'covariate', scale: 'ln' },
      { name: 'backend', kind: 'nominal' },
      { name: 'binding', kind: 'nominal' },
      { name: 'allocator', kind: 'nominal' },
    ],
    points,
    defaultId: points.find(isDefault)!.id,
  };
}

const uniform = (random: Random, low: number, high: number): number => low + (high - low) * random();

/** Log speed by setting. */
function roofline(random: Random): (s: Setting) => number {
  const cores = random() < 0.5 ? 4 : 8;
  const saturation = uniform(random, 0.25, 0.6) * cores;
  const smt = uniform(random, 0.8, 1.03);
  const oversubscribed = uniform(random, 0.6, 0.95);
  const bandwidth = uniform(random, 15, 60);
  const flops = uniform(random, 0.8, 3);
  const walk = (sd: number): number[] => {
    let level = 0;
    return THREADS.map(() => {
      level += sd * gaussian(random);
      return level * 0.5;
    });
  };
  const bindingEffect = [THREADS.map(() => 0), walk(0.06), walk(0.06)];
  const allocatorEffect = ALLOCATORS.map(() => 0.012 * gaussian(random));
  const allocatorByBackend = ALLOCATORS.map(() => BACKENDS.map(() => 0.01 * gaussian(random)));
  const backendLevel = 0.15 * gaussian(random);
  const backendByQuant = walk(0.12)
    .slice(0, 6)
    .map((v) => v + backendLevel);
  const dequant = Object.keys(QUANTS).map(() => uniform(random, 0.8, 1.6));
  const bits = Object.values(QUANTS);

  return (s) => {
    const busy = Math.min(s.threads, cores);
    const penalty = s.threads <= cores ? 1 : s.threads <= 2 * cores ? smt : oversubscribed;
    const bytesPerSecond = bandwidth * (1 - Math.exp(-busy / saturation)) * penalty;
    const opsPerSecond = flops * busy * penalty * 10;
    const seconds = bits[s.quant]! / bytesPerSecond + dequant[s.quant]! / opsPerSecond;
    return (
      -Math.log(seconds) +
      bindingEffect[s.binding]![THREADS.indexOf(s.threads)]! +
      allocatorEffect[s.allocator]! +
      allocatorByBackend[s.allocator]![s.backend]! +
      (s.backend === 1 ? backendByQuant[s.quant]! : 0)
    );
  };
}

function openNoisy(truth: ReadonlyMap<string, number>, seed: number) {
  const noise = searchNoise(seed);
  const env = {
    trials: 0,
    run(id: string): Measured {
      env.trials += 1;
      return { value: Math.exp(truth.get(id)! + noise()) };
    },
  };
  return env;
}

/** The default and `pointCount` − 1 other points of a synthetic machine, drawn at random; all of them when it has fewer. */
export function smallWorld(seed: number, pointCount: number): World {
  const world = syntheticWorld(seed);
  const { points, defaultId } = world.space;
  const others = points.filter((p) => p.id !== defaultId);
  const kept = shuffled(others, randomStream(seed, 'small')).slice(0, pointCount - 1);
  const chosen = [...points.filter((p) => p.id === defaultId), ...kept];
  const truth = new Map(chosen.map((p) => [p.id, world.truth.get(p.id)!]));
  return { ...world, truth, space: { ...world.space, points: chosen } };
}

/** One allocator is exp(0.3) = 35 % faster under one binding on one backend, and only there: nothing hints at it elsewhere. */
export const adversarialWorld = (seed: number): World =>
  syntheticWorld(seed, {
    bonus: (s) => (s.allocator === 2 && s.binding === 1 && s.backend === 1 ? 0.3 : 0),
  });
