import { R1Error } from '../core/errors.js';
import type { Interrupt } from '../runs/context.js';

export function watchInterrupt(): Interrupt {
  const controller = new AbortController();
  let mend: string | undefined;
  const onSignal = (): void => {
    if (controller.signal.aborted) process.kill(process.pid, 'SIGKILL');
    controller.abort(
      new R1Error('INTERRUPTED', 'Interrupted. The running trial is lost, all others are kept.', mend ? { mend } : {}),
    );
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  return {
    signal: controller.signal,
    setMend(text) {
      mend = text;
    },
  };
}
