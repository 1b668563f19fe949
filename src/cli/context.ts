import type { Clock, Host } from '../core/ports.js';
import { liveHost } from '../probes/host-live.js';
import { systemClock } from './clock.js';
import { type Console, openConsole } from './console.js';
import { type Interrupt, watchInterrupt } from './interrupt.js';

/** What every command works with. */
export type Context = { host: Host; clock: Clock; console: Console; interrupt: Interrupt };

export function openContext(flags: { quiet?: boolean | undefined; home?: string | undefined }): Context {
  const environment = { ...process.env, ...(flags.home ? { R1TUNE_HOME: flags.home } : {}) };
  return {
    host: liveHost(environment),
    clock: systemClock,
    console: openConsole({ quiet: flags.quiet ?? false }),
    interrupt: watchInterrupt(),
  };
}
