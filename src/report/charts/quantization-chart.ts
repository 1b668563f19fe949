import { speedKey } from '../texts/answer-text.js';
import { t } from '../texts/index.js';
import { joined, same, type Text } from '../texts/text.js';
import { labelText, levelName } from '../view/label.js';
import type { SpeedPoint } from '../view/quantization.js';
import type { ReportView } from '../view/view.js';
import { type ChartSpec, type Point, type Series, SHAPES } from './spec.js';

const GIB = 1024 ** 3;
/** A level has hundreds of dominated points in a long run; the fastest few show where the level lies. */
const MOST_DOMINATED = 30;

/** Speed × quality × memory where quality is measured, else speed × memory. */
export function quantizationChart({ quantization, run }: ReportView): ChartSpec | null {
  const { points, isQualityMeasured } = quantization;
  if (points.length === 0) return null;
  const levels = [...new Set(points.map(levelOf))];
  const memory = { title: t('memoryAxis'), format: 'gib' as const, scale: 'linear' as const, fromZero: true };
  const quality = { title: t('qualityAxis'), format: 'percent' as const, scale: 'linear' as const };
  return {
    id: 'quantization',
    title: t(isQualityMeasured ? 'quantChartQuality' : 'quantChart'),
    x: isQualityMeasured ? quality : memory,
    y: { title: t('speedAxis', { speed: t(speedKey(run.plan)) }), format: 'rate', scale: 'linear', fromZero: true },
    series: levels.map((level, index) => series(level, index, points, isQualityMeasured)),
    marks: [],
    height: 420,
  };
}

const levelOf = ({ configuration: { candidate } }: SpeedPoint): string => levelName(candidate);

function series(level: string, index: number, all: readonly SpeedPoint[], byQuality: boolean): Series {
  const mine = all
    .filter((point) => levelOf(point) === level && (!byQuality || point.agreement !== null))
    .sort((a, b) => a.speed.estimate - b.speed.estimate);
  const named = mine.find(({ isChosen }) => isChosen) ?? mine.at(-1);
  const dominated = mine.filter((point) => point !== named && !isGood(point)).slice(-MOST_DOMINATED);
  const others = mine.filter((point) => point !== named && isGood(point));
  return {
    name: same(level),
    color: index,
    shape: byQuality ? 'circle' : SHAPES[index % SHAPES.length]!,
    line: false,
    whiskers: 'y',
    points: [...dominated, ...others, ...(named ? [named] : [])].map((point) => ({
      ...place(point, byQuality, point === named),
      ...(point === named ? { tag: tag(point, level) } : {}),
    })),
  };
}

const isGood = ({ configuration: { pareto } }: SpeedPoint): boolean =>
  pareto === 'optimal' || pareto === 'possibly-optimal';

const tag = ({ isChosen }: SpeedPoint, level: string): Text =>
  isChosen ? joined([t('chosen'), same(level)], same(': ')) : same(level);

function place(point: SpeedPoint, byQuality: boolean, isNamed: boolean): Point {
  const { configuration, speed, rssBytes, agreement } = point;
  const isLarge = isNamed || isGood(point);
  return {
    ...{ x: byQuality ? agreement! * 100 : rssBytes / GIB, y: speed.estimate, n: speed.n },
    ...(isLarge ? { low: speed.low, high: speed.high } : {}),
    radius: isLarge ? largeRadius(rssBytes, byQuality) : 2.5,
    look: configuration.pareto === 'possibly-optimal' ? 'hollow' : isGood(point) ? 'filled' : 'faint',
    label: labelText(configuration.candidate),
  };
}

/** Area, not width, stands for memory. */
const largeRadius = (rssBytes: number, byQuality: boolean): number =>
  byQuality ? Math.min(24, Math.max(4, 7 * Math.sqrt(rssBytes / GIB))) : 6;
