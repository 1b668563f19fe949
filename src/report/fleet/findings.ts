import type { FleetSummary, FleetTaskSummary } from '../../core/fleet-summary.js';
import { formatValue } from '../page/format.js';
import { t } from '../texts/index.js';
import { same, type Text } from '../texts/text.js';
import { labelText } from '../view/label.js';
import { kindNames, machineName, priced } from './names.js';

/** The sentences of a fleet's report, for the page and for Markdown alike. */

const share = (value: number): string => formatValue('share', value);

export function answerFindings(task: FleetTaskSummary, currency: string): Text[] {
  const names = kindNames(task);
  const fastest = [...task.kinds].sort(
    (a, b) => b.best.generatedTokensPerSecond.median - a.best.generatedTokensPerSecond.median,
  )[0];
  const cheapest = priced(task).sort((a, b) => a.price!.perMillion - b.price!.perMillion)[0];
  return [
    ...(fastest && task.kinds.length > 1
      ? [
          t('fleetFastest', {
            kind: names.get(fastest.kind)!,
            rate: formatValue('rate', fastest.best.generatedTokensPerSecond.median),
          }),
        ]
      : []),
    ...(cheapest
      ? [
          t('fleetCheapest', {
            kind: names.get(cheapest.kind)!,
            price: `${currency}${formatValue('money', cheapest.price!.perMillion)}`,
          }),
        ]
      : []),
  ];
}

export function frontierFinding(task: FleetTaskSummary): Text | null {
  const names = kindNames(task);
  const best = priced(task).filter(({ price }) => price!.isOnFrontier);
  if (best.length === 0) return null;
  return t('fleetFrontier', { kinds: best.map(({ kind }) => names.get(kind)!).join(', ') });
}

export function spreadFindings(task: FleetTaskSummary): Text[] {
  const names = kindNames(task);
  const tested = task.kinds.filter(({ spread }) => spread.isTested);
  const outliers = tested.flatMap(({ kind, spread }) =>
    spread.machines
      .filter(({ verdict }) => verdict === 'slow' || verdict === 'fast')
      .map(({ node, ratio, verdict }) =>
        t(verdict === 'slow' ? 'fleetSlow' : 'fleetFast', {
          node: machineName(node, names.get(kind)!),
          kind: names.get(kind)!,
          change: formatValue('change', ratio),
        }),
      ),
  );
  const untested = task.kinds.filter(({ spread }) => !spread.isTested).map(({ kind }) => names.get(kind)!);
  return [
    ...outliers,
    ...(tested.length > 0 && outliers.length === 0 ? [t('fleetNoSlow')] : []),
    ...(untested.length > 0 ? [t('fleetUntested', { kinds: untested.join('; ') })] : []),
  ];
}

export function changeFindings(task: FleetTaskSummary): Text[] {
  const names = kindNames(task);
  const all = task.kinds.flatMap(({ kind, changes }) => changes.map((change) => ({ kind, change })));
  const shown = all.filter(({ change }) => change.isShown);
  if (all.length === 0) return [];
  if (shown.length === 0) return [t('fleetChangesNone', { count: all.length })];
  return shown.map(({ kind, change: { fact, value, against, machines, others, ratio } }) =>
    t('fleetChange', {
      ...{ kind: names.get(kind)!, fact, machines, others, value: value ?? '–', against: against ?? '–' },
      change: formatValue('change', ratio.estimate),
      low: formatValue('change', ratio.low!),
      high: formatValue('change', ratio.high!),
    }),
  );
}

export function sharedFindings(task: FleetTaskSummary, within: number): Text[] {
  const names = kindNames(task);
  if (task.kinds.length < 2) return [];
  const shared = task.shared.map(({ candidate, kinds }) =>
    t('fleetSharedOne', { setting: labelText(candidate), kinds: kinds.length, share: share(within) }),
  );
  const own = task.own.map(({ kind, why, loss }) =>
    why === 'slower'
      ? t('fleetOwnSlower', { kind: names.get(kind)!, loss: share(loss!) })
      : t('fleetOwnUnknown', { kind: names.get(kind)! }),
  );
  return [...(shared.length > 0 ? shared : [t('fleetSharedNone', { share: share(within) })]), ...own];
}

export const fleetNotes = ({ notes, unmeasured }: FleetSummary): Text[] => [
  ...(notes.includes('unnamed') ? [t('fleetUnnamed')] : []),
  ...(unmeasured.length > 0
    ? [t('fleetUnmeasured', { kinds: same(unmeasured.map(({ name }) => name).join('; ')) })]
    : []),
];
