import type { Emit, RunEvent } from '../runs/events.js';
import { type Console, errorText } from './console.js';

/** Steps move by tenths: enough on a terminal, and not too many lines in a log. */
const stepText = ({ what, share }: Extract<RunEvent, { type: 'step' }>): string =>
  share === null ? `${what} …` : `${what} ${Math.floor(share * 10) * 10} %`;

/** What any work tells, as people read it on a terminal. The same step is not painted twice in a row. */
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
