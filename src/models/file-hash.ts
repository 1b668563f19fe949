import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile, rename, stat, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import * as z from 'zod';
import { makeFolder } from '../formats/files/make-folder.js';

const sidecarSchema = z.object({ path: z.string(), sizeBytes: z.int(), modifiedMs: z.number(), sha256: z.string() });
type Sidecar = z.infer<typeof sidecarSchema>;

export type HashOptions = { onProgress?: ((share: number) => void) | undefined; signal?: AbortSignal | undefined };

/**
 * SHA-256 of a file. Kept under `home` by path, size and time of change, so that a model is read through once only;
 * models may lie where nobody may write.
 */
export async function fileSha256(path: string, home: string, options: HashOptions = {}): Promise<string> {
  const known = await readSidecar(path, home);
  if (known) return known;
  const sha256 = await hashFile(path, options);
  // A server may run where nothing can be written: then it reads the file through again next time.
  await rememberSha256(path, home, sha256).catch(() => {});
  return sha256;
}

/** Keeps a hash that was computed while the file was written. */
export async function rememberSha256(path: string, home: string, sha256: string): Promise<void> {
  const sidecar = sidecarPath(path, home);
  const { size, mtimeMs } = await stat(path);
  const content: Sidecar = { path: resolve(path), sizeBytes: size, modifiedMs: mtimeMs, sha256 };
  makeFolder(dirname(sidecar));
  await writeFile(`${sidecar}.${process.pid}`, JSON.stringify(content));
  await rename(`${sidecar}.${process.pid}`, sidecar);
}

function sidecarPath(path: string, home: string): string {
  const name = createHash('sha256').update(resolve(path)).digest('hex').slice(0, 24);
  return join(home, 'hashes', `${name}.json`);
}

async function readSidecar(path: string, home: string): Promise<string | undefined> {
  try {
    const known = sidecarSchema.parse(JSON.parse(await readFile(sidecarPath(path, home), 'utf8')));
    const { size, mtimeMs } = await stat(path);
    const isSame = known.path === resolve(path) && known.sizeBytes === size && known.modifiedMs === mtimeMs;
    return isSame ? known.sha256 : undefined;
  } catch {
    // Missing or damaged: the file is hashed again.
    return undefined;
  }
}

async function hashFile(path: string, { onProgress, signal }: HashOptions): Promise<string> {
  const { size } = await stat(path);
  const hash = createHash('sha256');
  let done = 0;
  for await (const chunk of createReadStream(path, { highWaterMark: 4 << 20, ...(signal ? { signal } : {}) })) {
    hash.update(chunk as Buffer);
    done += (chunk as Buffer).length;
    onProgress?.(done / size);
  }
  return hash.digest('hex');
}
