import { speedOf } from '../../core/answer-speed.js';
import type { Interval } from '../../core/interval.js';
import type { RunResult } from '../../core/run-result.js';
import { levelName } from './label.js';

export type HeatCell = { rate: Interval /** 0 to 9: of the fastest cell, in tenths. */; tenth: number };
/** The fastest configuration of each thread count and level. */
export type HeatMap = { threads: number[]; rows: { level: string; cells: (HeatCell | null)[] }[] };

/** Fewer cells than this are a table of two or three numbers. */
const FEWEST_CELLS = 6;

/** Threads against quantization; null where too few of the pairs were measured. */
export function heatMap({ configurations, plan }: RunResult): HeatMap | null {
  const best = new Map<string, Interval>();
  const key = (level: string, threads: number): string => `${level}\n${threads}`;
  for (const one of configurations) {
    const rate = speedOf(one, plan);
    const at = key(levelName(one.candidate), one.candidate.threads);
    if (rate && rate.estimate > (best.get(at)?.estimate ?? 0)) best.set(at, rate);
  }
  const levels = [...new Set(configurations.map(({ candidate }) => levelName(candidate)))];
  const threads = [...new Set(configurations.map(({ candidate }) => candidate.threads))].sort((a, b) => a - b);
  if (best.size < FEWEST_CELLS || levels.length < 2 || threads.length < 2) return null;
  const most = Math.max(...[...best.values()].map(({ estimate }) => estimate));
  const cell = (rate: Interval | undefined): HeatCell | null =>
    rate ? { rate, tenth: Math.min(9, Math.floor((10 * rate.estimate) / most)) } : null;
  return {
    threads,
    rows: levels.map((level) => ({ level, cells: threads.map((n) => cell(best.get(key(level, n)))) })),
  };
}
