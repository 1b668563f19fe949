import { candidateLabel } from '../../core/candidate.js';
import type { Machine } from '../../core/machine.js';
import type { Exclusion, Plan } from '../../core/run-result.js';
import { formatDuration } from '../../core/units.js';
import { describeMachine } from '../../sweeps/results/to-profile.js';
import { shortfallText } from './shortfall-text.js';

const excludedLine = ({ axis, value, reason, configurations }: Exclusion): string =>
  `  ${axis} ${value}: ${reason}${configurations > 0 ? ` (${configurations} configurations)` : ''}`;

/** What a sweep would do, before anything is loaded. */
export function dryRunText(plan: Plan, machine: Machine): string {
  const { budgetMs, excluded, expectedTrials, expectedMs } = plan;
  const budget = budgetMs === null ? 'no budget' : `a budget of ${formatDuration(budgetMs)}`;
  return [
    `Machine:  ${describeMachine(machine)}`,
    `Model:    ${plan.modelId}`,
    `Default:  ${candidateLabel(plan.defaultCandidate)}`,
    'Axes:',
    ...Object.entries(plan.axes).map(([name, values]) => `  ${name}: ${values.join(', ')}`),
    `Configurations: ${plan.candidates.length}`,
    `Search:   ${plan.strategy}, ${plan.effort} effort, ${budget}: about ${expectedTrials} trials and ${formatDuration(expectedMs)}`,
    ...(plan.shortfall ? [shortfallText(plan)] : []),
    ...(excluded.length > 0 ? ['Left out:', ...excluded.map(excludedLine)] : []),
    'Nothing was loaded or measured: times are guessed from the shape of the model and the memory of the machine. A sweep',
    'measures them first, and fits its work to the budget by what it finds.',
  ].join('\n');
}
