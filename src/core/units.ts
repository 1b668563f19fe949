import { R1Error } from './errors.js';
import { table } from './table.js';

const BYTE_UNITS: Record<string, number> = table({
  '': 1,
  b: 1,
  k: 1e3,
  kb: 1e3,
  kib: 1024,
  m: 1e6,
  mb: 1e6,
  mib: 1024 ** 2,
  g: 1e9,
  gb: 1e9,
  gib: 1024 ** 3,
  t: 1e12,
  tb: 1e12,
  tib: 1024 ** 4,
});
const TIME_UNITS_MS: Record<string, number> = table({ ms: 1, s: 1e3, m: 60e3, min: 60e3, h: 3600e3 });

function parseQuantity(text: string, units: Record<string, number>, what: string, example: string): number {
  const match = /^\s*(\d+(?:\.\d+)?)\s*([a-z]*)\s*$/i.exec(text);
  const factor = match ? units[match[2]!.toLowerCase()] : undefined;
  if (!match || factor === undefined)
    throw new R1Error('USAGE', `"${text}" is not a ${what}; expected a number with a unit, for example ${example}.`);
  return Number(match[1]) * factor;
}

/** `3GiB`, `800MB`, `1024` → bytes. */
export const parseBytes = (text: string): number => parseQuantity(text, BYTE_UNITS, 'size', '3GiB or 800MB');

/** `5m`, `90s`, `800ms`, `1h` → milliseconds. A bare number is refused: its unit would be a guess. */
export const parseDurationMs = (text: string): number =>
  parseQuantity(text, TIME_UNITS_MS, 'duration', '20m, 90s or 800ms');

/** `5%` → 0.05; `0.05` → 0.05. */
export function parseShare(text: string): number {
  const match = /^\s*(\d+(?:\.\d+)?)\s*(%?)\s*$/.exec(text);
  if (!match) throw new R1Error('USAGE', `"${text}" is not a share; expected for example 5% or 0.05.`);
  return Number(match[1]) / (match[2] ? 100 : 1);
}

export function formatBytes(bytes: number): string {
  const steps: [number, string][] = [
    [1024 ** 4, 'TiB'],
    [1024 ** 3, 'GiB'],
    [1024 ** 2, 'MiB'],
    [1024, 'KiB'],
  ];
  for (const [size, unit] of steps) if (bytes >= size) return `${trim(bytes / size)} ${unit}`;
  return `${bytes} B`;
}

export function formatDuration(ms: number): string {
  if (Math.round(ms) < 1000) return `${Math.round(ms)} ms`;
  // Each unit is rounded before it is chosen, so that no text says "60 s" or "60 min".
  if (ms < 59_950) return `${trim(ms / 1000)} s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  const minutes = Math.round(ms / 60_000);
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** A ratio as a signed change: 1.083 → `+8.3 %`. */
export function formatChange(ratio: number): string {
  const percent = (ratio - 1) * 100;
  return `${percent >= 0 ? '+' : '−'}${Math.abs(percent).toFixed(1)} %`;
}

const trim = (value: number): string =>
  value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2);
