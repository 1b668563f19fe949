import { t } from '../texts/index.js';
import { same } from '../texts/text.js';
import { levelName } from '../view/label.js';
import type { Curve } from '../view/thread-curves.js';
import type { ReportView } from '../view/view.js';
import { type ChartSpec, type Mark, type Point, type Series, SHAPES } from './spec.js';

/** More curves than this cannot be told apart; the table beside the chart has them all. */
const MOST_CURVES = 6;

export const decodeChart = (view: ReportView): ChartSpec | null => threadChart(view, 'decode');
export const prefillChart = (view: ReportView): ChartSpec | null => threadChart(view, 'prefill');

function threadChart(view: ReportView, phase: 'decode' | 'prefill'): ChartSpec | null {
  const shown = ranked(view, view.curves[phase]).slice(0, MOST_CURVES);
  const first = shown[0];
  if (!first) return null;
  return {
    id: `${phase}-threads`,
    title: t(phase === 'decode' ? 'decodeCurve' : 'prefillCurve'),
    x: { title: t('threadsAxis'), format: 'count', scale: 'linear', isWhole: true },
    y: {
      title: t(phase === 'decode' ? 'decodeAxis' : 'prefillAxis'),
      format: 'rate',
      scale: 'linear',
      fromZero: true,
    },
    series: [
      ...shown.map((curve, index) => series(curve, index, view.answer)),
      ...recommendedSeries(view, phase),
      ...(phase === 'decode' ? rooflineSeries(view, first) : []),
    ],
    marks: kneeMark(first),
    height: 380,
  };
}

/** Curves of several points, the recommended level first, then by their best speed. */
function ranked({ answer }: ReportView, curves: readonly Curve[]): Curve[] {
  const chosen = answer.chosen && levelName(answer.chosen.candidate);
  const best = (curve: Curve): number => Math.max(...curve.points.map(({ rate }) => rate.estimate));
  const isChosen = (curve: Curve): number => Number(levelName(curve) === chosen);
  return curves
    .filter(({ points, isRecommended }) => points.length > 1 && !isRecommended)
    .sort((a, b) => isChosen(b) - isChosen(a) || best(b) - best(a));
}

/** The recommended knobs, be it at one thread count only. */
const recommendedSeries = ({ curves, answer }: ReportView, phase: 'decode' | 'prefill'): Series[] =>
  curves[phase]
    .filter(({ isRecommended }) => isRecommended)
    .map((curve) => ({
      ...series(curve, 0, answer),
      ...{ name: t('recommendedKnobs', { curve: levelName(curve) }), color: 'accent', shape: 'star', dash: [2, 3] },
    }));

function series(curve: Curve, index: number, { chosen, reference }: ReportView['answer']): Series {
  const tagOf = (id: string): Pick<Point, 'tag'> => {
    if (id === chosen?.candidateId) return { tag: t('chosen') };
    return id === reference?.candidateId ? { tag: t('default') } : {};
  };
  return {
    name: same(levelName(curve)),
    color: index,
    shape: SHAPES[index % SHAPES.length]!,
    line: true,
    whiskers: 'y',
    points: curve.points.map(({ threads, rate, otherKnobs, candidateId }) => ({
      ...{ x: threads, y: rate.estimate, low: rate.low, high: rate.high, n: rate.n },
      ...tagOf(candidateId),
      label: {
        en: [`${threads} threads`, ...otherKnobs].join(', '),
        zh: [`${threads} 线程`, ...otherKnobs].join('，'),
      },
    })),
  };
}

function rooflineSeries(view: ReportView, curve: Curve): Series[] {
  const roofline = view.curves.rooflines.find((one) => levelName(one) === levelName(curve));
  if (!roofline) return [];
  const name = t('roofline', { curve: levelName(curve) });
  const most = Math.max(...curve.points.map(({ threads }) => threads));
  return [
    {
      ...{ name, color: 'muted', shape: 'crossRot', line: true, dash: [6, 4] },
      points: roofline.points
        .filter(({ threads, isContended }) => threads <= most && !isContended)
        .map(({ threads, tokensPerSecond }) => ({ x: threads, y: tokensPerSecond, label: name, radius: 3 })),
    },
  ];
}

const kneeMark = ({ kneeThreads }: Curve): Mark[] =>
  kneeThreads === null ? [] : [{ axis: 'x', value: kneeThreads, label: t('knee', { threads: kneeThreads }), color: 0 }];
