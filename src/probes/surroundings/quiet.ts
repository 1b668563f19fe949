import type { Disturbance } from '../../core/gate.js';
import type { Host } from '../../core/ports.js';
import { parsePressure } from './load.js';

/** Above any of these a machine is not quiet (measurement protocol: PSI cpu avg10 below 10 %). */
const LIMITS: Readonly<Record<keyof Disturbance, number>> = { cpuPressure: 0.1, busyShare: 0.1, stealShare: 0.02 };

type Ticks = { total: number; idle: number; steal: number };

/** The `cpu` line of /proc/stat: user nice system idle iowait irq softirq steal (proc_stat(5)). */
function readTicks(host: Host): Ticks | null {
  const fields = /^cpu\s+(.*)$/m
    .exec(host.read('/proc/stat') ?? '')?.[1]
    ?.split(/\s+/)
    .slice(0, 8)
    .map(Number);
  if (fields?.length !== 8) return null;
  return { total: fields.reduce((sum, n) => sum + n, 0), idle: fields[3]! + fields[4]!, steal: fields[7]! };
}

/** Readings from one moment to the next: the first call begins, each later one says what was since. */
export function watchOthers(host: Host): () => Disturbance {
  let before = readTicks(host);
  return () => {
    const now = readTicks(host);
    const ticks = before && now ? now.total - before.total : 0;
    const share = (read: (t: Ticks) => number): number | null =>
      ticks > 0 ? (read(now!) - read(before!)) / ticks : null;
    const pressure = parsePressure(host.read('/proc/pressure/cpu') ?? '')?.some.avg10;
    const idle = share((t) => t.idle);
    const stealShare = share((t) => t.steal);
    before = now;
    return {
      cpuPressure: pressure === undefined ? null : pressure / 100,
      busyShare: idle === null ? null : Math.max(0, 1 - idle - stealShare!),
      stealShare,
    };
  };
}

/** What keeps a machine from being quiet; empty when nothing does. */
export const disturbances = (seen: Disturbance): (keyof Disturbance)[] =>
  (Object.keys(LIMITS) as (keyof Disturbance)[]).filter((name) => (seen[name] ?? 0) > LIMITS[name]);
