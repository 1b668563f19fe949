import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { R1Error } from '../../core/errors.js';
import { makeFolder } from '../../formats/files/make-folder.js';
import { type FetchOptions, fetchPart, type Part, servesParts } from './fetch-part.js';
import type { HubFile } from './hub.js';
import { type Journal, readJournal, writeJournal } from './journal.js';

export type DownloadOptions = FetchOptions & {
  /** Parts fetched at the same time. */
  parallel: number;
  partBytes: number;
};

/**
 * Fetches a file in parallel parts into `<target>.download`, checks its hash and gives it its name: until then nothing of
 * that name exists. Finished parts survive a crash and are not fetched again. Throws DOWNLOAD_FAILED.
 */
export async function download(url: URL, file: HubFile, target: string, options: DownloadOptions): Promise<void> {
  const unfinished = unfinishedPath(target);
  makeFolder(dirname(target));
  await fetchParts(url, file, unfinished, options);
  try {
    await checkHash(unfinished, file);
  } catch (error) {
    await discard(unfinished);
    throw error;
  }
  await rename(unfinished, target);
  await rm(journalOf(unfinished), { force: true });
}

/** Where an unfinished file lies until it is whole. */
export const unfinishedPath = (target: string): string => `${target}.download`;
const journalOf = (unfinished: string): string => `${unfinished}.json`;

async function discard(unfinished: string): Promise<void> {
  await rm(unfinished, { force: true });
  await rm(journalOf(unfinished), { force: true });
}

async function fetchParts(url: URL, file: HubFile, unfinished: string, options: DownloadOptions): Promise<void> {
  const isStream = file.sizeBytes <= options.partBytes || !(await servesParts(url, options));
  const partBytes = isStream ? Math.max(1, file.sizeBytes) : options.partBytes;
  const expected = { identity: identityOf(file), sizeBytes: file.sizeBytes, partBytes };
  const known = (await sizeOf(unfinished)) === undefined ? undefined : readJournal(journalOf(unfinished), expected);
  const journal: Journal = known ?? { ...expected, done: [] };
  if (!known) await discard(unfinished);
  const parts = partsOf(file.sizeBytes, partBytes, isStream);
  for (const index of journal.done) if (parts[index]) options.onBytes(parts[index].end - parts[index].start);
  const handle = await open(unfinished, known ? 'r+' : 'w');
  try {
    const waiting = parts.map((part, index) => ({ part, index })).filter(({ index }) => !journal.done.includes(index));
    await inParallel(waiting, options, async ({ part, index }, signal) => {
      await fetchPart(url, handle, part, file.sizeBytes, { ...options, signal });
      journal.done.push(index);
      writeJournal(journalOf(unfinished), journal);
    });
    await handle.sync();
  } finally {
    await handle.close();
  }
}

const identityOf = ({ path, sha256, gitSha1 }: HubFile): string => `${path} ${sha256 ?? gitSha1 ?? ''}`;

const sizeOf = async (path: string): Promise<number | undefined> => (await stat(path).catch(() => undefined))?.size;

const partsOf = (sizeBytes: number, partBytes: number, isStream: boolean): Part[] =>
  Array.from({ length: Math.ceil(sizeBytes / partBytes) }, (_, i) => ({
    start: i * partBytes,
    end: Math.min(sizeBytes, (i + 1) * partBytes),
    isStream,
  }));

/** Works on some items at a time. The first failure stops the others, which have ended when it is thrown. */
async function inParallel<T>(
  items: readonly T[],
  { parallel, signal }: DownloadOptions,
  work: (item: T, signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const stop = new AbortController();
  const either = signal ? AbortSignal.any([signal, stop.signal]) : stop.signal;
  const queue = [...items];
  const worker = async (): Promise<void> => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) await work(item, either);
  };
  const workers = Array.from({ length: Math.max(1, parallel) }, () =>
    worker().catch((error: unknown) => {
      stop.abort(error);
      throw error;
    }),
  );
  const settled = await Promise.allSettled(workers);
  signal?.throwIfAborted();
  if (settled.some(({ status }) => status === 'rejected')) throw stop.signal.reason;
}

async function checkHash(path: string, { sha256, gitSha1, sizeBytes, path: name }: HubFile): Promise<void> {
  const expected = sha256 ?? gitSha1;
  if (expected === null) return;
  const hash = createHash(sha256 === null ? 'sha1' : 'sha256');
  // A git blob is hashed with its kind and length in front.
  if (sha256 === null) hash.update(`blob ${sizeBytes}\0`);
  for await (const chunk of createReadStream(path, { highWaterMark: 4 << 20 })) hash.update(chunk as Buffer);
  const actual = hash.digest('hex');
  if (actual !== expected.toLowerCase())
    throw new R1Error(
      'DOWNLOAD_FAILED',
      `${name} arrived with the hash ${actual}; expected ${expected}. It was thrown away.`,
      {
        fix: 'Run the command again; if it happens again, use another --source.',
      },
    );
}
