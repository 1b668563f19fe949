import { t } from '../texts/index.js';
import { same } from '../texts/text.js';
import { labelText } from '../view/label.js';
import type { SpeedPoint } from '../view/quantization.js';
import type { ReportView } from '../view/view.js';
import { type ChartSpec, type Point, type Series, SHAPES } from './spec.js';

const GIB = 1024 ** 3;
const LOOKS = { optimal: 'filled', 'possibly-optimal': 'hollow', dominated: 'faint', 'not-ranked': 'faint' } as const;
/** A level has hundreds of dominated points in a long run; the fastest few show where the level lies. */
const MOST_DOMINATED = 40;

/** Speed × quality × memory where quality is measured, else speed × memory. */
export function quantizationChart({ quantization }: ReportView): ChartSpec | null {
  const { points, isQualityMeasured } = quantization;
  if (points.length === 0) return null;
  const levels = [...new Set(points.map(levelOf))];
  const memory = { title: t('memoryAxis'), format: 'plain' as const, scale: 'linear' as const, fromZero: true };
  const quality = { title: t('qualityAxis'), format: 'plain' as const, scale: 'linear' as const };
  return {
    id: 'quantization',
    title: t(isQualityMeasured ? 'quantChartQuality' : 'quantChart'),
    x: isQualityMeasured ? quality : memory,
    y: { title: t('speedAxis'), format: 'plain', scale: 'linear', fromZero: true },
    series: levels.map((level, index) => series(level, index, points, isQualityMeasured)),
    marks: [],
    height: 420,
  };
}

const levelOf = ({ configuration: { candidate } }: SpeedPoint): string => `${candidate.backend} ${candidate.quant}`;

function series(level: string, index: number, all: readonly SpeedPoint[], byQuality: boolean): Series {
  const mine = all.filter((point) => levelOf(point) === level && (!byQuality || point.agreement !== null));
  const isGood = ({ configuration: { pareto }, isChosen }: SpeedPoint): boolean =>
    isChosen || pareto === 'optimal' || pareto === 'possibly-optimal';
  const dominated = mine.filter((point) => !isGood(point)).sort((a, b) => b.speed.estimate - a.speed.estimate);
  return {
    name: same(level),
    color: index,
    shape: byQuality ? 'circle' : SHAPES[index % SHAPES.length]!,
    line: false,
    whiskers: 'y',
    points: [...dominated.slice(0, MOST_DOMINATED), ...mine.filter(isGood)].map((point) => place(point, byQuality)),
  };
}

function place({ configuration, speed, rssBytes, agreement, isChosen }: SpeedPoint, byQuality: boolean): Point {
  const look = LOOKS[configuration.pareto];
  const isFaint = look === 'faint';
  return {
    x: byQuality ? agreement! * 100 : rssBytes / GIB,
    y: speed.estimate,
    n: speed.n,
    ...(isFaint ? {} : { low: speed.low, high: speed.high }),
    // Area, not width, stands for memory.
    radius: byQuality ? Math.min(22, Math.max(4, 7 * Math.sqrt(rssBytes / GIB))) : isChosen ? 7 : isFaint ? 3 : 5,
    look,
    label: isChosen ? t('chosen') : labelText(configuration.candidate),
    isLabelled: isChosen,
  };
}
