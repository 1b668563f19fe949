import { liveHost } from '../probes/host/live.js';
import { systemClock } from '../runs/clock.js';
import type { Context } from '../runs/context.js';
import { type Console, openConsole } from './console.js';
import { type Interrupt, watchInterrupt } from './interrupt.js';
import { showEvents } from './show-events.js';

/** What every command works with: a run's context on this terminal. */
export type CommandContext = Context & { console: Console; interrupt: Interrupt };

export function openContext(flags: { quiet?: boolean | undefined; home?: string | undefined }): CommandContext {
  const environment = { ...process.env, ...(flags.home ? { R1TUNE_HOME: flags.home } : {}) };
  const console = openConsole({ quiet: flags.quiet ?? false });
  const interrupt = watchInterrupt();
  return {
    host: liveHost(environment),
    clock: systemClock,
    emit: showEvents(console),
    signal: interrupt.signal,
    console,
    interrupt,
  };
}
