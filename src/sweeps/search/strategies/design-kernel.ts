import type { Axis, DesignPoint, DesignSpace } from '../search-space.js';

/**
 * How alike two configurations are expected to behave: the kernel of a ridge model with a column per level, smooth terms
 * along numeric axes and a column per pair of levels. Penalties are in units of the noise variance over the variance of an
 * effect; they were set on simulated roofline surfaces (docs/search.md), so "expected large" is 0.05 and "rare" is 3.
 */
export type DesignKernel = (a: number, b: number) => number;

const INTERCEPT_VARIANCE = 1e4;
const LEVEL_PENALTY = 0.15;
const SMOOTH_PENALTY = 0.05;

/** Interactions that the physics of CPU inference leads one to expect, by axis names. */
const PAIR_PENALTIES: readonly [string, string, number][] = [
  ['quant', 'backend', 0.5],
  ['threads', 'binding', 0.6],
  ['threads', 'backend', 1],
  ['threads', 'quant', 1.5],
  ['allocator', 'backend', 1.5],
];
/** Any other pair may interact too, but the data must insist on it. */
const OTHER_PAIR_PENALTY = 3;

/** A kernel over the indexes of `space.points`. */
export function designKernel(space: DesignSpace): DesignKernel {
  const levelled = space.axes.filter((axis) => axis.kind !== 'covariate').map((axis) => levelCodes(axis, space.points));
  const smooth = space.axes.filter((axis) => axis.kind !== 'nominal').map((axis) => unitPositions(axis, space.points));
  const pairs = pairsOf(levelled.length).map(([i, j]) => ({ i, j, weight: 1 / penalty(levelled[i]!, levelled[j]!) }));
  const likeness = new Float64Array(levelled.length);
  const curves = threadCurves(space.points);
  const places = placeTerms(space.points);
  return (a, b) => {
    let sum = INTERCEPT_VARIANCE;
    levelled.forEach(({ codes, count }, k) => {
      likeness[k] = codes[a]! < 0 || codes[b]! < 0 ? 0 : Number(codes[a] === codes[b]) - 1 / count;
      sum += likeness[k]! / LEVEL_PENALTY;
    });
    for (const { i, j, weight } of pairs) sum += weight * likeness[i]! * likeness[j]!;
    return sum + smoothTerms(smooth, a, b) / SMOOTH_PENALTY + curves(a, b) + places(a, b);
  };
}

type Levelled = { name: string; codes: Int32Array; count: number };

/** −1 where the axis does not apply. */
function levelCodes(axis: Axis, points: readonly DesignPoint[]): Levelled {
  const levels = [...new Set(points.map((p) => p.levels[axis.name]).filter((level) => level !== undefined))];
  const codeOf = new Map(levels.map((level, code) => [level, code]));
  const codes = Int32Array.from(points, (p) => codeOf.get(p.levels[axis.name] ?? '') ?? -1);
  return { name: axis.name, codes, count: levels.length };
}

/** Positions from −1 to 1 on the axis's scale; the middle where it does not apply. */
function unitPositions(axis: Axis, points: readonly DesignPoint[]): Float64Array {
  const scale = axis.scale === 'log2' ? Math.log2 : axis.scale === 'ln' ? Math.log : (x: number): number => x;
  const positions = points.map((p) => scale(Number(p.levels[axis.name])));
  const finite = positions.filter(Number.isFinite);
  const low = finite.reduce((a, b) => Math.min(a, b), Infinity);
  const high = finite.reduce((a, b) => Math.max(a, b), -Infinity);
  return Float64Array.from(positions, (x) =>
    Number.isFinite(x) && high > low ? (2 * (x - low)) / (high - low) - 1 : 0,
  );
}

/** u, u², u³ along each axis, and u·v, u²·v, u·v² for each two; all crossings together weigh as much as a single one. */
function smoothTerms(axes: readonly Float64Array[], a: number, b: number): number {
  let along = 0;
  let crossed = 0;
  for (let k = 0; k < axes.length; k++) {
    const linear = axes[k]![a]! * axes[k]![b]!;
    along += linear + linear ** 2 + linear ** 3;
    for (let m = 0; m < k; m++) {
      const other = axes[m]![a]! * axes[m]![b]!;
      crossed += linear * other * (1 + linear + other);
    }
  }
  return along + crossed / Math.max(1, (axes.length * (axes.length - 1)) / 2);
}

/** Speed over the thread count is a curve, of its own under each binding; counts this many doublings apart say little of each other. */
const CURVE_LENGTH = 0.8;
const CURVE_VARIANCE = 12;
const CURVE_BY_BINDING_VARIANCE = 6;
/** Configurations whose threads and weights lie alike are about as fast, whatever their binding is called. */
const PLACE_VARIANCE = 20;

const bell = (squaredDistance: number): number => Math.exp(-squaredDistance / 2);

function threadCurves(points: readonly DesignPoint[]): DesignKernel {
  const doublings = points.map((p) => Math.log2(Number(p.levels.threads ?? 1)));
  return (a, b) => {
    const isSameBinding = points[a]!.levels.binding === points[b]!.levels.binding;
    const variance = CURVE_VARIANCE + (isSameBinding ? CURVE_BY_BINDING_VARIANCE : 0);
    return variance * bell(((doublings[a]! - doublings[b]!) / CURVE_LENGTH) ** 2);
  };
}

function placeTerms(points: readonly DesignPoint[]): DesignKernel {
  return (a, b) => {
    const [x, y] = [points[a]!.place, points[b]!.place];
    if (!x || !y) return 0;
    return PLACE_VARIANCE * bell(x.reduce((sum, value, i) => sum + (value - y[i]!) ** 2, 0));
  };
}

const pairsOf = (count: number): [number, number][] =>
  Array.from({ length: count }, (_, j) => Array.from({ length: j }, (_, i): [number, number] => [i, j])).flat();

function penalty(a: Levelled, b: Levelled): number {
  const known = PAIR_PENALTIES.find(([x, y]) => (x === a.name && y === b.name) || (x === b.name && y === a.name));
  return known?.[2] ?? OTHER_PAIR_PENALTY;
}
