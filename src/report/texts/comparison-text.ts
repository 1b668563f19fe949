import type { Comparison } from '../view/comparisons.js';
import type { ReportView } from '../view/view.js';
import { t } from './index.js';
import type { Text } from './text.js';

/** The name of a way to set up an engine. */
export function comparisonName({ id }: Comparison, { run }: ReportView): Text {
  const { allowed } = run.machine.topology;
  if (id === 'physical-cores') return t('physicalCores', { threads: allowed.cores });
  if (id === 'all-logical') return t('allLogical', { threads: allowed.cpus.length });
  if (id === 'omp-variables') return t('ompVariables');
  return t(id);
}

/** Why there is no number to compare. */
export function comparisonNote({ state, configuration }: Comparison): Text {
  if (state === 'is-default') return t('isDefault');
  if (state === 'is-chosen') return t('isChosen');
  if (state === 'not-read') return t('ompNote');
  if (state === 'failed') return t('failed', { reason: configuration?.failures[0]?.reason ?? '' });
  return t(state === 'measured' ? 'noComparison' : 'notMeasured');
}
