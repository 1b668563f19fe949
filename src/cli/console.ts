import { R1Error } from '../core/errors.js';

/** Where a command says what it does. Results and remarks are texts for people. */
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

/**
 * The only place that writes to the terminal. Results go to stdout; progress and remarks to stderr, so that
 * `--json` output can be piped. On a terminal the progress line is repainted in place; elsewhere each is a line.
 */
export function openConsole(options: { quiet: boolean }): Console {
  const isTerminal = Boolean(process.stderr.isTTY);
  let painted = 0;
  const clear = (): void => {
    if (painted > 0) process.stderr.write(`\r${' '.repeat(painted)}\r`);
    painted = 0;
  };
  return {
    result(text) {
      clear();
      process.stdout.write(text.endsWith('\n') ? text : `${text}\n`);
    },
    note(text) {
      if (options.quiet) return;
      clear();
      process.stderr.write(`${text}\n`);
    },
    command(text) {
      clear();
      process.stderr.write(`${text}\n`);
    },
    progress(text) {
      if (options.quiet) return;
      if (!isTerminal) {
        process.stderr.write(`${text}\n`);
        return;
      }
      const line = text.slice(0, Math.max(20, (process.stderr.columns ?? 80) - 1));
      process.stderr.write(`\r${line}${' '.repeat(Math.max(0, painted - line.length))}`);
      painted = line.length;
    },
    endProgress: clear,
  };
}

/**
 * Nobody reads any more (`r1-tune probe | head -1`, a terminal that was closed): what is written is dropped and the work goes
 * on, so that a sweep still ends with its files.
 */
export function outliveReaders(streams: readonly NodeJS.WriteStream[] = [process.stdout, process.stderr]): void {
  for (const stream of streams)
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
    });
}

/** An error as a person reads it: what was wrong, then the fix. */
export function errorText(error: unknown): string {
  if (error instanceof R1Error) return `r1-tune: ${error.message}\n  → ${error.fix}\n  [${error.code}]`;
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return `r1-tune: a fault in r1-tune itself. Please report it with the command.\n${stack}\n  [INTERNAL]`;
}
