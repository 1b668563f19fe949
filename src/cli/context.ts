import { relative } from 'node:path';
import type { Context } from '../runs/context.js';
import type { Emit, RunEvent } from '../runs/events.js';
import { openRunContext } from '../runs/open-context.js';
import { type Console, openConsole } from './console.js';
import { type Interrupt, watchInterrupt } from './interrupt.js';
import { showEvents } from './show-events.js';

/** What every command works with: a run's context on this terminal. */
export type CommandContext = Context & { console: Console; interrupt: Interrupt };

export type ContextFlags = { quiet?: boolean | undefined; home?: string | undefined };

export type ContextOptions = {
  /** How events are shown: steps and remarks unless told otherwise. */
  show?: (console: Console) => Emit;
  /** The command that goes on with an interrupted folder, for what is said after Ctrl-C. */
  resumable?: 'sweep' | 'claims' | undefined;
};

export function openContext(
  flags: ContextFlags,
  { show = showEvents, resumable }: ContextOptions = {},
): CommandContext {
  const console = openConsole({ quiet: flags.quiet ?? false });
  const interrupt = watchInterrupt();
  const paint = show(console);
  const onEvent = (event: RunEvent): void => {
    if (event.type === 'folder' && resumable)
      interrupt.setFix(`Go on with: r1-tune ${resumable} --resume ${relative('.', event.path) || '.'}`);
    paint(event);
  };
  return {
    ...openRunContext({ home: flags.home, onEvent, signal: interrupt.signal }),
    console,
    interrupt,
  };
}
