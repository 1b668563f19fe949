import { R1Error } from '../core/errors.js';

/** Ctrl-C and SIGTERM as an abort signal; the second one ends the process at once. */
export type Interrupt = {
  readonly signal: AbortSignal;
  /** What to tell the user when it happens, for example the command to resume with. */
  setFix(fix: string): void;
};

export function watchInterrupt(): Interrupt {
  const controller = new AbortController();
  let fix: string | undefined;
  const onSignal = (): void => {
    if (controller.signal.aborted) process.kill(process.pid, 'SIGKILL');
    controller.abort(
      new R1Error('INTERRUPTED', 'Interrupted. The running trial is lost, all others are kept.', fix ? { fix } : {}),
    );
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  return {
    signal: controller.signal,
    setFix(text) {
      fix = text;
    },
  };
}
