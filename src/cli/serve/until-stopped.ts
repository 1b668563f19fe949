import type { R1Error } from '../../core/errors.js';
import type { RunningServer } from '../../serve/server.js';
import type { Console } from '../console.js';
import { errorText } from '../console.js';

const SIGNALS = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const;

/**
 * Waits for SIGTERM or SIGINT, then drains; a second one ends everything at once. SIGHUP calls `reload`. Throws when
 * the workers cannot be kept alive.
 */
export async function untilStopped(
  server: RunningServer,
  { drainMs, reload, terminal }: { drainMs: number; reload: () => Promise<void>; terminal: Console },
): Promise<void> {
  const signals = signalStream();
  let event = await Promise.race([signals.next(), server.broken]);
  while (event === 'SIGHUP') {
    await reload().catch((error) => terminal.note(`The old profile is kept.\n${errorText(error)}`));
    event = await Promise.race([signals.next(), server.broken]);
  }
  if (typeof event !== 'string') {
    await server.stop();
    throw event;
  }
  terminal.note(`${event}: finishing what was accepted; once more ends at once.`);
  const ended = await Promise.race([server.drain(drainMs), signals.next(), server.broken]);
  if (ended === true) return;
  await server.stop();
  if (ended === false) terminal.note('Some answers were cut off: --drain-timeout ran out.');
  else if (typeof ended !== 'string') throw ended as R1Error;
}

function signalStream(): { next(): Promise<string> } {
  const seen: string[] = [];
  let wake = () => {};
  for (const name of SIGNALS)
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
