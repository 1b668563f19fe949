import { liveHost } from '../probes/host-live.js';
import { systemClock } from '../runs/clock.js';
import type { Context } from '../runs/context.js';
import { openConsole } from './console.js';
import { watchInterrupt } from './interrupt.js';

/** What every command works with, on this terminal. */
export function openContext(flags: { quiet?: boolean | undefined; home?: string | undefined }): Context {
  const environment = { ...process.env, ...(flags.home ? { R1TUNE_HOME: flags.home } : {}) };
  return {
    host: liveHost(environment),
    clock: systemClock,
    console: openConsole({ quiet: flags.quiet ?? false }),
    interrupt: watchInterrupt(),
  };
}
