import type { FileHandle } from 'node:fs/promises';
import { R1Error } from '../../core/errors.js';
import type { Clock } from '../../core/ports.js';
import { type Answer, type AskOptions, ask } from './http.js';
import { refusal } from './hub.js';

export type Part = {
  /** First byte. */
  start: number;
  /** One past the last byte. */
  end: number;
  /** The whole file in one answer, from a site that serves no parts: a broken one starts anew. */
  isStream: boolean;
};

export type FetchOptions = AskOptions & {
  clock: Clock;
  attempts: number;
  /** Called with bytes that arrived. */
  onBytes: (bytes: number) => void;
};

/** A connection that brought so much before it broke was worth making: the attempts are counted anew. */
const PROGRESS_BYTES = 16_384;

/** An answer that another try may fix. */
class Interrupted extends Error {
  constructor(
    message: string,
    readonly waitMs: number | undefined = undefined,
  ) {
    super(message);
  }
}

/**
 * Fetches one part of a file into its place, going on after a broken connection from where it stopped.
 * Throws DOWNLOAD_FAILED when the attempts are used up without progress, or when the site gives what was not asked for.
 */
export async function fetchPart(
  url: URL,
  file: FileHandle,
  part: Part,
  sizeBytes: number,
  options: FetchOptions,
): Promise<void> {
  let at = part.start;
  for (let failures = 0; at < part.end; ) {
    const before = at;
    try {
      for await (const chunk of rangeOf(url, { ...part, start: at }, sizeBytes, options)) {
        await file.write(chunk, 0, chunk.length, at);
        at += chunk.length;
        options.onBytes(chunk.length);
      }
    } catch (error) {
      options.signal?.throwIfAborted();
      if (error instanceof R1Error || isLocal(error)) throw error;
      failures = at - before >= PROGRESS_BYTES && !part.isStream ? 1 : failures + 1;
      if (part.isStream) options.onBytes(part.start - at);
      if (part.isStream) at = part.start;
      if (failures >= options.attempts) throw givenUp(url, error as Error, failures);
      await options.clock.sleep(waitMs(failures, error), options.signal);
    }
  }
}

/** Disk errors are not the network's. */
const isLocal = (error: unknown): boolean =>
  ['ENOSPC', 'EDQUOT', 'EIO', 'EFBIG'].includes((error as NodeJS.ErrnoException).code ?? '');

/** Doubling from half a second to 16 s, or what the site asks for, up to a minute. */
function waitMs(failures: number, error: unknown): number {
  const asked = error instanceof Interrupted ? error.waitMs : undefined;
  return Math.min(asked ?? Math.min(500 * 2 ** (failures - 1), 16_000), 60_000);
}

/** The bytes of a range, checked against what was asked for. */
async function* rangeOf(url: URL, part: Part, sizeBytes: number, options: FetchOptions): AsyncGenerator<Buffer> {
  const range = part.isStream ? {} : { range: `bytes=${part.start}-${part.end - 1}` };
  const answer = await ask(url, { ...options, headers: { ...options.headers, ...range } });
  try {
    checkAnswer(url, answer, part, sizeBytes);
    let left = part.end - part.start;
    for await (const chunk of answer.body as AsyncIterable<Buffer>) {
      left -= chunk.length;
      if (left < 0)
        throw new R1Error('DOWNLOAD_FAILED', `${url.host} sent more bytes of ${url.pathname} than it announced.`);
      yield chunk;
    }
    if (left > 0) throw new Interrupted(`the answer ended ${left} bytes early`);
  } finally {
    answer.body.destroy();
  }
}

function checkAnswer(url: URL, { status, headers }: Answer, part: Part, sizeBytes: number): void {
  if (status === 429 || status === 408 || status >= 500)
    throw new Interrupted(`it answered ${status}`, Number(headers['retry-after']) * 1000 || undefined);
  if (status !== (part.isStream ? 200 : 206)) throw refusal(url, status);
  const range = headers['content-range'];
  const given = part.isStream ? `${headers['content-length'] ?? sizeBytes}` : (range ?? 'nothing');
  const expected = part.isStream ? `${sizeBytes}` : `bytes ${part.start}-${part.end - 1}/${sizeBytes}`;
  if (given !== expected)
    throw new R1Error('DOWNLOAD_FAILED', `${url.host} gives ${given} of ${url.pathname}; expected ${expected}.`, {
      fix: 'The file on the site differs from its own list; try again later or use another --source.',
    });
}

/** True when the site serves parts of a file. A site that cannot be reached is taken to: fetching will say why. */
export async function servesParts(url: URL, options: AskOptions): Promise<boolean> {
  try {
    const { status, body } = await ask(url, { ...options, headers: { ...options.headers, range: 'bytes=0-0' } });
    body.destroy();
    return status !== 200;
  } catch {
    options.signal?.throwIfAborted();
    return true;
  }
}

const givenUp = (url: URL, error: Error, failures: number): R1Error =>
  new R1Error(
    'DOWNLOAD_FAILED',
    `${url.host} broke off ${failures} times in a row at ${url.pathname}: ${error.message}.`,
    {
      cause: error,
    },
  );
