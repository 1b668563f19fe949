import { R1Error } from '../../core/errors.js';
import type { Metrics } from '../../core/outcome.js';
import type { GateMetric } from '../../sweeps/gate/paired.js';

/** What can be gated, by the name of the flag: which number of a trial, and which way is better. */
export const GATE_METRICS: Readonly<
  Record<string, GateMetric & { unit: string; read: (metrics: Metrics) => number | null }>
> = {
  decode: { name: 'decode', better: 'higher', unit: 'tok/s', read: (m) => m.decodeMedianChunkRate },
  prefill: { name: 'prefill', better: 'higher', unit: 'tok/s', read: (m) => m.prefillTokensPerSecond },
  ttft: { name: 'ttft', better: 'lower', unit: 'ms', read: (m) => m.ttftMs },
  itl: { name: 'itl', better: 'lower', unit: 'ms', read: (m) => m.itlMs.p50 },
  load: { name: 'load', better: 'lower', unit: 'ms', read: (m) => m.loadMs },
  rss: { name: 'rss', better: 'lower', unit: 'bytes', read: (m) => m.peakRssBytes },
};

export function parseGateMetrics(text: string): GateMetric[] {
  const names = text.split(',').map((name) => name.trim());
  return names.map((name, i) => {
    if (names.indexOf(name) !== i) throw new R1Error('USAGE', `--metric: "${name}" is named twice.`);
    const metric = Object.hasOwn(GATE_METRICS, name) ? GATE_METRICS[name] : undefined;
    if (!metric)
      throw new R1Error(
        'USAGE',
        `--metric: "${name}" cannot be gated; expected one or more of ${Object.keys(GATE_METRICS).join(', ')}.`,
      );
    return { name: metric.name, better: metric.better };
  });
}

/** Gated numbers of one trial by name; null for a trial that was not measured. */
export const gateValues = (metrics: Metrics | null, names: readonly string[]): Record<string, number | null> =>
  Object.fromEntries(names.map((name) => [name, metrics ? GATE_METRICS[name]!.read(metrics) : null]));
