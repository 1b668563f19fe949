import type { Host } from '../core/ports.js';
import { liveHost } from '../probes/host/live.js';
import { systemClock } from './clock.js';
import type { Context } from './context.js';
import type { Emit } from './events.js';

export type ContextOptions = {
  /** Where models, engine copies and calibrations lie; R1TUNE_HOME or the XDG cache folder without it. */
  home?: string | undefined;
  /** Told of every step and trial. */
  onEvent?: Emit | undefined;
  /** Stops the run after the trial that is running; what was measured is kept in the run folder. */
  signal?: AbortSignal | undefined;
};

const HOME = 'R1TUNE_HOME';

const withHome = (host: Host, home: string): Host => ({
  ...host,
  env: (name) => (name === HOME ? home : host.env(name)),
  envNames: () => [...new Set([...host.envNames(), HOME])],
});

/** The running machine and its clock, for a program that uses r1-tune as a library. */
export function openRunContext({ home, onEvent, signal }: ContextOptions = {}): Context {
  return {
    host: home === undefined ? liveHost() : withHome(liveHost(), home),
    clock: systemClock,
    emit: onEvent ?? (() => {}),
    signal: signal ?? new AbortController().signal,
  };
}
