import { candidateLabel } from '../core/candidate.js';
import type { Plan } from '../core/run-result.js';
import { formatDuration } from '../core/units.js';
import type { Emit, RunEvent } from '../runs/events.js';
import { type Console, errorText } from './console.js';
import { shortfallText } from './sweep/shortfall-text.js';

function planText(plan: Plan): string {
  const budget = plan.budgetMs === null ? '' : ` within a budget of ${formatDuration(plan.budgetMs)}`;
  return `${plan.candidates.length} configurations, ${plan.strategy} search: about ${plan.expectedTrials} trials and ${formatDuration(plan.expectedMs)}${budget}.`;
}

/** Steps move by tenths: enough on a terminal, and not too many lines in a log. */
const stepText = ({ what, share }: Extract<RunEvent, { type: 'step' }>): string =>
  share === null ? `${what} …` : `${what} ${Math.floor(share * 10) * 10} %`;

/** What a run tells, as people read it on a terminal. The same step is not painted twice in a row. */
export function showEvents(console: Console): Emit {
  let last = '';
  const show = (text: string): void => {
    if (text !== last) console.progress(text);
    last = text;
  };
  return (event) => {
    switch (event.type) {
      case 'step':
        return show(stepText(event));
      case 'plan':
        return console.note([planText(event.plan), shortfallText(event.plan)].filter(Boolean).join('\n'));
      case 'claims-plan':
        return console.note(
          `${event.testable} of ${event.claims} claims can be tested here: about ${formatDuration(event.neededMs)} at least, ${formatDuration(event.leftMs)} are left.`,
        );
      case 'trial': {
        const { trial, done, left, leftMs } = event;
        // Nothing is known of the time before the first trials are through.
        const time = leftMs > 0 ? `, ${formatDuration(leftMs)}` : '';
        return show(
          `[${done} done, about ${left} left${time}] ${trial.phase} ${trial.block + 1}: ${candidateLabel(trial.arm.candidate)}`,
        );
      }
      case 'claim-trial':
        return show(`[at most ${formatDuration(event.leftMs)} left] claim ${event.arm}, block ${event.block + 1}`);
      case 'pairs':
        return show(`[${event.done} pairs, next look at ${event.nextLook}] ${event.verdict}: ${event.reason}`);
      case 'repeat':
        return console.note(`Repeating ${event.phase} block ${event.block + 1}: ${event.reasons.join(' ')}`);
      case 'folder':
        return;
      case 'note':
        return console.note(event.text);
      case 'fault':
        return console.note(errorText(event.error));
      case 'idle':
        last = '';
        return console.endProgress();
    }
  };
}
