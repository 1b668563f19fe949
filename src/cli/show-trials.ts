import { candidateLabel } from '../core/candidate.js';
import type { Plan } from '../core/run-result.js';
import { formatDuration } from '../core/units.js';
import type { Emit, RunEvent } from '../runs/events.js';
import type { Console } from './console.js';
import { showEvents } from './show-events.js';
import { shortfallText } from './sweep/shortfall-text.js';

function planText(plan: Plan): string {
  const budget = plan.budgetMs === null ? '' : ` within a budget of ${formatDuration(plan.budgetMs)}`;
  return `${plan.candidates.length} configurations, ${plan.strategy} search: about ${plan.expectedTrials} trials and ${formatDuration(plan.expectedMs)}${budget}.`;
}

/** A verdict that stands is told at the end. */
const pairsText = ({ done, nextLook, reason }: Extract<RunEvent, { type: 'pairs' }>): string =>
  nextLook === done
    ? `[${done} pairs] that is enough`
    : `[${done} pair${done === 1 ? '' : 's'}, next look at ${nextLook}] ${reason}`;

/** What an experiment tells, as people read it on a terminal: its trials, and the steps of any work. */
export function showTrials(console: Console): Emit {
  const steps = showEvents(console);
  return (event) => {
    switch (event.type) {
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
        const ahead = left > 0 ? `about ${left} left${time}` : 'more than forecast, until it is clear';
        return console.progress(
          `[${done} done, ${ahead}] ${trial.phase} ${trial.block + 1}: ${candidateLabel(trial.arm.candidate)}`,
        );
      }
      case 'claim-trial':
        return console.progress(
          `[at most ${formatDuration(event.leftMs)} left] claim ${event.arm}, block ${event.block + 1}`,
        );
      case 'pairs':
        return console.progress(pairsText(event));
      case 'repeat':
        return console.note(`Repeating ${event.phase} block ${event.block + 1}: ${event.reasons.join(' ')}`);
      default:
        return steps(event);
    }
  };
}
