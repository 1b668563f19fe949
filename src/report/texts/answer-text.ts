import type { Plan } from '../../core/run-result.js';
import { formatNumber, formatValue } from '../page/format.js';
import { labelText } from '../view/label.js';
import type { ReportView } from '../view/view.js';
import { t } from './index.js';
import { levelText } from './interval-text.js';
import { joined, type Text } from './text.js';

/** The recommendation in one sentence, without its interval and full stop. */
export function headlineText({ answer, run }: ReportView): Text {
  if (!answer.chosen || answer.verdict === 'none') return t('headlineNone');
  const label = labelText(answer.chosen.candidate);
  if (answer.verdict === 'keep-default') return keepText(answer, label, run.neighbour?.decides === true);
  if (!answer.speedup && !answer.isDefaultViable) return t('headlineNoDefault', { label });
  if (run.plan.shortfall?.worth === 'rates') return t('headlineRates', { label });
  if (answer.verdict === 'unconfirmed' || !answer.speedup) return t('headlineUnconfirmed', { label });
  return t('headlineFaster', { label, change: formatValue('change', answer.speedup.ratio.estimate) });
}

function keepText({ compared }: ReportView['answer'], label: Text, losesBeside: boolean): Text {
  if (!compared) return t('headlineKeepAlone', { label });
  return t(losesBeside ? 'headlineKeepBeside' : 'headlineKeep', { label, rival: labelText(compared.candidate) });
}

/** The interval that belongs to the sentence, or null where none was computed. */
export function headlineInterval({ answer }: ReportView): Text | null {
  const { speedup, verdict } = answer;
  if (!speedup || speedup.ratio.low === null || speedup.ratio.high === null) return null;
  const { estimate, low, high, level } = speedup.ratio;
  return t(verdict === 'faster' ? 'headlineInterval' : 'headlineAlternative', {
    ...{ low: formatValue('change', low), high: formatValue('change', high) },
    ...{ change: formatValue('change', estimate), level: levelText(level) },
  });
}

/** How that was shown, and what was measured. */
export function proofText(view: ReportView): Text {
  const { answer, run } = view;
  const confirmed = answer.verdict === 'faster' ? 'proofConfirmed' : 'proofCompared';
  const measures = t('measures', { objective: objectiveText(run.plan) });
  const { speedup } = answer;
  if (!speedup) return measures;
  const { low, high } = speedup.ratio;
  const { minimumDetectable, pValue, pairs, source } = speedup;
  return joined([
    t(source === 'confirmation' ? confirmed : 'proofRace', { pairs }),
    ...(low === null || high === null ? [t('proofNoInterval')] : []),
    ...(minimumDetectable === null ? [] : [t('proofSmallest', { effect: formatValue('share', minimumDetectable) })]),
    ...(pValue === null ? [] : [t('proofChance', { p: formatNumber(pValue, 2) })]),
    ...nearBestText(view),
    measures,
  ]);
}

function nearBestText({ answer: { probabilityNearBest: p }, run }: ReportView): Text[] {
  if (p === null) return [];
  const count = formatValue('count', run.plan.candidates.length);
  return [t('nearBest', { count, probability: formatValue('share', Math.min(p, MOST_CERTAIN)) })];
}

/** A model of a machine is never surer than this. */
const MOST_CERTAIN = 0.99;

/** What the speed of a configuration is called, by the objective. */
export function speedKey({ objective }: Plan): 'speedWorkload' | 'speedDecode' | 'speedPrefill' | 'speedThroughput' {
  const keys = { decode: 'speedDecode', prefill: 'speedPrefill', throughput: 'speedThroughput' } as const;
  return objective === 'workload' ? 'speedWorkload' : keys[objective];
}

export function objectiveText({ objective, request }: Plan): Text {
  if (objective === 'workload')
    return t('objectiveWorkload', { prompt: request.promptTokens, generate: request.generateTokens });
  if (objective === 'decode') return t('objectiveDecode');
  return t(objective === 'prefill' ? 'objectivePrefill' : 'objectiveThroughput');
}
