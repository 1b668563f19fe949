import { open } from 'node:fs/promises';
import type { ModelFile } from '../core/model.js';
import { filesOf } from './model-files.js';

const CHUNK_BYTES = 8 << 20;

async function readThrough(path: string, buffer: Buffer): Promise<void> {
  const file = await open(path, 'r');
  try {
    for (;;) {
      const { bytesRead } = await file.read(buffer, 0, buffer.length, null);
      if (bytesRead === 0) return;
    }
  } finally {
    await file.close();
  }
}

/**
 * Reads a model once so that its pages are in the page cache before anything is timed: a cold disk would
 * otherwise be measured as the first trial's speed.
 */
export async function prefault(model: ModelFile): Promise<void> {
  const buffer = Buffer.allocUnsafe(CHUNK_BYTES);
  for (const file of filesOf(model)) await readThrough(file, buffer);
}
