import type { R1Error } from '../../core/errors.js';
import type { RunningServer } from '../../serve/server.js';
import type { Console } from '../console.js';

/**
 * Waits for SIGTERM or SIGINT, then drains; a second signal ends everything at once. Throws when the workers cannot
 * be kept alive.
 */
export async function untilStopped(server: RunningServer, drainMs: number, terminal: Console): Promise<void> {
  const signals = signalStream();
  const first = await Promise.race([signals.next(), server.broken]);
  if (typeof first !== 'string') {
    await server.stop();
    throw first;
  }
  terminal.note(`${first}: finishing what was accepted; once more ends at once.`);
  const ended = await Promise.race([server.drain(drainMs), signals.next(), server.broken]);
  if (ended === true) return;
  await server.stop();
  if (ended === false) terminal.note('Some answers were cut off: --drain-timeout ran out.');
  else if (typeof ended !== 'string') throw ended as R1Error;
}

function signalStream(): { next(): Promise<string> } {
  const seen: string[] = [];
  let wake = () => {};
  for (const name of ['SIGTERM', 'SIGINT'] as const)
    process.on(name, () => {
      seen.push(name);
      wake();
    });
  return {
    async next() {
      while (seen.length === 0)
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      return seen.shift()!;
    },
  };
}
