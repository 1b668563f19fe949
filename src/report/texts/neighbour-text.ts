import type { Beside } from '../../core/neighbour.js';
import { formatValue } from '../page/format.js';
import { labelText } from '../view/label.js';
import type { ReportView } from '../view/view.js';
import { t } from './index.js';
import { joined, type Text } from './text.js';

/** How the recommendation behaves beside one busy process, in sentences; null where nobody asked. */
export function neighbourText({ run, answer }: ReportView): Text | null {
  const { neighbour, plan } = run;
  if (!neighbour) return plan.neighbour && answer.speedup ? t('besideNot') : null;
  const { arms, environment, decides } = neighbour;
  const [winner, spare] = [arms[0]!, arms.find(({ role }) => role === 'spare')];
  const list = joined(arms.map(armText), { en: '; ', zh: '；' });
  return joined([
    t('beside', { blocks: winner.objective.n, list }),
    ...(spare && isAbove(spare, winner) ? [t('besideSpare', { threads: spare.candidate.threads })] : []),
    ...(decides ? [t('besideDecides')] : []),
    t(environment === 'shared' ? 'besideShared' : 'besideExclusive'),
  ]);
}

function armText({ candidate, decodeTokensPerSecond, overAlone }: Beside): Text {
  const parts = { label: labelText(candidate), rate: formatValue('rate', decodeTokensPerSecond.estimate) };
  return overAlone === null
    ? t('besideArm', parts)
    : t('besideArmShare', { ...parts, share: formatValue('share', overAlone) });
}

const isAbove = (a: Beside, b: Beside): boolean =>
  a.objective.low !== null && b.objective.high !== null && a.objective.low > b.objective.high;
