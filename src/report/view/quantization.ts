import { speedOf } from '../../core/answer-speed.js';
import { modelArms } from '../../core/backends.js';
import type { Interval } from '../../core/interval.js';
import type { Configuration, Quality, RunResult } from '../../core/run-result.js';

export type SpeedPoint = {
  configuration: Configuration;
  speed: Interval;
  rssBytes: number;
  /** Top-1 agreement with the reference, 0 to 1; null when it is not measurable. */
  agreement: number | null;
  isChosen: boolean;
};

export type QuantRow = {
  backend: string;
  quant: string;
  fileBytes: number | null;
  /** The fastest configuration of this level that meets the constraints, or the fastest of all. */
  best: Configuration | null;
  quality: Quality | null;
};

export type Quantization = {
  points: SpeedPoint[];
  rows: QuantRow[];
  isQualityMeasured: boolean;
  /** The text it was measured on; null for the built-in one. */
  text: string | null;
  reason: string | null;
};

export function quantization(run: RunResult): Quantization {
  const qualityOf = ({ backend, quant }: { backend: string; quant: string }): Quality | null =>
    run.quality.find((one) => one.backend === backend && one.quant === quant) ?? null;
  const points = run.configurations.flatMap((configuration) => {
    const { peakRssBytes: rssBytes } = configuration;
    const speed = speedOf(configuration, run.plan);
    if (!speed || rssBytes === null) return [];
    const agreement = qualityOf(configuration.candidate)?.top1Agreement ?? null;
    return [
      { configuration, speed, rssBytes, agreement, isChosen: configuration.candidateId === run.choice?.candidateId },
    ];
  });
  return {
    points,
    rows: levels(run).map((level) => ({ ...level, best: bestOf(run, level), quality: qualityOf(level) })),
    isQualityMeasured: points.some((point) => point.agreement !== null),
    text: run.quality.find((one) => one.text)?.text ?? null,
    reason: run.quality.find((one) => one.reason)?.reason ?? null,
  };
}

type Level = Pick<QuantRow, 'backend' | 'quant' | 'fileBytes'>;

function levels(run: RunResult): Level[] {
  const found = new Map<string, Level>();
  for (const { backend, model } of modelArms(run.plan.models, run.plan.candidates))
    found.set(`${backend} ${model.quant}`, { backend, quant: model.quant, fileBytes: model.sizeBytes });
  for (const { candidate } of run.configurations) {
    const key = `${candidate.backend} ${candidate.quant}`;
    if (!found.has(key)) found.set(key, { backend: candidate.backend, quant: candidate.quant, fileBytes: null });
  }
  return [...found.values()];
}

function bestOf(run: RunResult, { backend, quant }: Level): Configuration | null {
  const mine = run.configurations.filter(
    ({ candidate, objective }) => candidate.backend === backend && candidate.quant === quant && objective,
  );
  const allowed = mine.filter((configuration) => configuration.meetsConstraints);
  const speed = (configuration: Configuration): number => configuration.objective!.estimate;
  return (allowed.length ? allowed : mine).reduce<Configuration | null>(
    (best, one) => (best && speed(best) >= speed(one) ? best : one),
    null,
  );
}
