import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { R1Error } from '../../core/errors.js';

/** A text of the user's to measure quality on, and what the result calls it. */
export type QualityText = { content: string; label: string };

/** Reads --quality-text. Throws USAGE for what is no text, before any model is made. */
export function readQualityText(path: string): QualityText {
  const bytes = read(path);
  const content = decode(path, bytes);
  if (content.trim() === '') throw new R1Error('USAGE', `--quality-text: ${path} is empty; expected text.`);
  const hash = createHash('sha256').update(bytes).digest('hex').slice(0, 12);
  return { content, label: `${basename(path)} (sha256 ${hash})` };
}

function read(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (cause) {
    throw new R1Error('USAGE', `--quality-text: ${path} cannot be read: ${(cause as Error).message}`, {
      fix: 'Give a text file whose passages are separated by empty lines.',
      cause,
    });
  }
}

function decode(path: string, bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new R1Error('USAGE', `--quality-text: ${path} is no UTF-8 text.`, {
      fix: 'Give a plain text file whose passages are separated by empty lines.',
      cause,
    });
  }
}
