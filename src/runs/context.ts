import type { Clock, Host } from '../core/ports.js';
import type { Emit } from './events.js';

/** What every run works with: the machine, the time, where it tells what it does, and the signal that stops it. */
export type Context = {
  host: Host;
  clock: Clock;
  emit: Emit;
  /** Aborted by Ctrl-C or by the caller, with the error to throw as its reason. */
  signal: AbortSignal;
};
