import type { Across, FleetKindSummary, FleetTaskSummary } from '../../core/fleet-summary.js';
import { type FormatName, formatValue } from '../page/format.js';
import { t } from '../texts/index.js';
import { shortName } from '../texts/safe-name.js';
import type { Text } from '../texts/text.js';

/** Kind id → what people call it in this task: the name of its price, else of its processor; with its id where two would be alike. */
export function kindNames({ kinds }: FleetTaskSummary): Map<string, string> {
  const plain = kinds.map((one) => ({ id: one.kind, name: shortName(one.price?.name ?? one.name, 56) }));
  const count = (name: string): number => plain.filter((other) => other.name === name).length;
  return new Map(plain.map(({ id, name }) => [id, count(name) > 1 ? `${name} [${id.slice(0, 4)}]` : name]));
}

export const taskText = ({ task }: FleetTaskSummary): Text =>
  t('fleetTask', {
    model: shortName(task.model, 64),
    weights: t(task.weights === 'trained' ? 'weightsTrained' : 'weightsRandom'),
    objective: task.objective,
    prompt: task.request.promptTokens,
    answer: task.request.generateTokens,
  });

export const machineName = (node: string | null, kind: string): string => (node === null ? kind : shortName(node));

/** "(18.2 tok/s … 19.9 tok/s)", nothing where there are no limits. */
export function rangeText({ low, high }: Across, format: FormatName): string {
  if (low === null || high === null) return '';
  return `(${formatValue(format, low)} … ${formatValue(format, high)})`;
}

export const priced = ({ kinds }: FleetTaskSummary): FleetKindSummary[] => kinds.filter(({ price }) => price !== null);
