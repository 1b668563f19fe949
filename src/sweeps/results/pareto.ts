import type { Configuration } from '../../core/run-result.js';

/** One direction in which points are compared, for example decode rate or peak RSS. */
export type ParetoAxis = {
  name: string;
  better: 'higher' | 'lower';
  /** A difference of up to this share neither keeps nor drops a point (memory wanders by pages). 0 when left out. */
  indifference?: number;
};

/** What is known of a point on an axis: its limits, equal for a value that does not wander. */
export type Range = { low: number; high: number };

/** Null where the point has no value or no limits; such a point is not ranked. */
export type ParetoPoint = { id: string; ranges: Readonly<Record<string, Range | null>> };

export type ParetoPlace = Configuration['pareto'];

/**
 * The place of each point by id. `dominated`: another point is surely not worse on every axis and surely better on one.
 * `optimal`: on some axis it is surely better than any other point, whichever is taken. Everything between is `possibly-optimal`.
 */
export function paretoPlaces(points: readonly ParetoPoint[], axes: readonly ParetoAxis[]): Map<string, ParetoPlace> {
  const isRanked = (p: ParetoPoint): boolean => axes.every(({ name }) => p.ranges[name] != null);
  const ranked = points.filter(isRanked);
  return new Map(points.map((p) => [p.id, isRanked(p) ? place(p, ranked, axes) : 'not-ranked']));
}

function place(point: ParetoPoint, ranked: readonly ParetoPoint[], axes: readonly ParetoAxis[]): ParetoPlace {
  const others = ranked.filter((other) => other !== point);
  if (others.some((other) => dominates(other, point, axes))) return 'dominated';
  const isSafe = others.every((other) => axes.some((axis) => isSurelyBetter(point, other, axis)));
  return isSafe ? 'optimal' : 'possibly-optimal';
}

const dominates = (a: ParetoPoint, b: ParetoPoint, axes: readonly ParetoAxis[]): boolean =>
  axes.every((axis) => isSurelyNotWorse(a, b, axis)) && axes.some((axis) => isSurelyBetter(a, b, axis));

/** Limits oriented so that larger is better. */
function limits(point: ParetoPoint, { name, better }: ParetoAxis): { worst: number; best: number } {
  const { low, high } = point.ranges[name]!;
  return better === 'higher' ? { worst: low, best: high } : { worst: -high, best: -low };
}

/** How far `a` at its worst is ahead of `b` at its best. */
function lead(a: ParetoPoint, b: ParetoPoint, axis: ParetoAxis): { lead: number; indifferent: number } {
  const { best } = limits(b, axis);
  return { lead: limits(a, axis).worst - best, indifferent: (axis.indifference ?? 0) * Math.abs(best) };
}

function isSurelyBetter(a: ParetoPoint, b: ParetoPoint, axis: ParetoAxis): boolean {
  const ahead = lead(a, b, axis);
  return ahead.lead > ahead.indifferent;
}

function isSurelyNotWorse(a: ParetoPoint, b: ParetoPoint, axis: ParetoAxis): boolean {
  const ahead = lead(a, b, axis);
  return ahead.lead >= -ahead.indifferent;
}
