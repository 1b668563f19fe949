import { relative } from 'node:path';
import type { Context } from '../runs/context.js';
import type { RunEvent } from '../runs/events.js';
import { openRunContext } from '../runs/open-context.js';
import { type Console, openConsole } from './console.js';
import { type Interrupt, watchInterrupt } from './interrupt.js';
import { showEvents } from './show-events.js';

/** What every command works with: a run's context on this terminal. */
export type CommandContext = Context & { console: Console; interrupt: Interrupt };

/** `resumable` is the command that goes on with an interrupted folder, for what is said after Ctrl-C. */
export function openContext(
  flags: { quiet?: boolean | undefined; home?: string | undefined },
  resumable?: 'sweep' | 'claims',
): CommandContext {
  const console = openConsole({ quiet: flags.quiet ?? false });
  const interrupt = watchInterrupt();
  const show = showEvents(console);
  const onEvent = (event: RunEvent): void => {
    if (event.type === 'folder' && resumable)
      interrupt.setFix(`Go on with: r1-tune ${resumable} --resume ${relative('.', event.path) || '.'}`);
    show(event);
  };
  return {
    ...openRunContext({ home: flags.home, onEvent, signal: interrupt.signal }),
    console,
    interrupt,
  };
}
