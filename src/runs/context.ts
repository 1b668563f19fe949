import type { Clock, Host } from '../core/ports.js';

/** Where a run says what it does. Results and remarks are texts for people; `progress` replaces the line before it. */
export type Console = {
  /** The result of a command. */
  result(text: string): void;
  /** A remark for people; silent with --quiet. */
  note(text: string): void;
  /** A command to the CI system on stderr, where GitHub reads it too; never silent. */
  command(text: string): void;
  /** Replaces the progress line; silent with --quiet. */
  progress(text: string): void;
  /** Ends the progress line so that other text can follow. */
  endProgress(): void;
};

/** Ctrl-C and SIGTERM as an abort signal; the second one ends the process at once. */
export type Interrupt = {
  readonly signal: AbortSignal;
  /** What to tell the user when it happens, for example the command to resume with. */
  setMend(mend: string): void;
};

/** What every run works with. */
export type Context = { host: Host; clock: Clock; console: Console; interrupt: Interrupt };
