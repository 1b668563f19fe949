import type { Plan } from '../../core/run-result.js';
import { formatNumber, formatValue } from '../page/format.js';
import { labelText } from '../view/label.js';
import type { ReportView } from '../view/view.js';
import { t } from './index.js';
import { levelText } from './interval-text.js';
import { joined, type Text } from './text.js';

/** The recommendation in one sentence. */
export function headlineText({ answer }: ReportView): Text {
  if (!answer.chosen || answer.verdict === 'none') return t('headlineNone');
  const label = labelText(answer.chosen.candidate);
  if (answer.verdict === 'keep-default') return t('headlineKeep', { label });
  if (answer.verdict === 'unconfirmed' || !answer.speedup) return t('headlineUnconfirmed', { label });
  return t('headlineFaster', { label, change: formatValue('change', answer.speedup.ratio.estimate) });
}

/** How sure that is, and what was measured. */
export function proofText({ answer, run }: ReportView): Text {
  const measures = t('measures', { objective: objectiveText(run.plan) });
  const { speedup } = answer;
  if (!speedup) return measures;
  const { low, high, level } = speedup.ratio;
  if (low === null || high === null) return joined([t('proofNoInterval'), measures]);
  const proof = t(speedup.source === 'confirmation' ? 'proofConfirmed' : 'proofRace', {
    ...{ low: formatValue('change', low), high: formatValue('change', high) },
    ...{ level: levelText(level), pairs: speedup.pairs },
  });
  const { minimumDetectable, pValue } = speedup;
  return joined([
    proof,
    ...(minimumDetectable === null ? [] : [t('proofSmallest', { effect: formatValue('share', minimumDetectable) })]),
    ...(pValue === null ? [] : [t('proofChance', { p: formatNumber(pValue, 2) })]),
    measures,
  ]);
}

export function objectiveText({ objective, request }: Plan): Text {
  if (objective === 'workload')
    return t('objectiveWorkload', { prompt: request.promptTokens, generate: request.generateTokens });
  if (objective === 'decode') return t('objectiveDecode');
  return t(objective === 'prefill' ? 'objectivePrefill' : 'objectiveThroughput');
}
