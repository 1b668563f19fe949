import { readFileSync } from 'node:fs';
import { R1Error } from '../../core/errors.js';
import { type ApiKey, hashKey } from '../../serve/http/guards.js';

const SHORTEST_KEY = 16;

/**
 * Keys from a file, one a line, as `KEY` or `NAME:KEY`; `#` begins a comment. Never from the command line: other users
 * of the machine can read that. Throws `USAGE` naming the line, never the key.
 */
export function readKeys(path: string): ApiKey[] {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    throw new R1Error('USAGE', `--key-file: ${path} cannot be read: ${(cause as Error).message}`, { cause });
  }
  const keys = text.split('\n').flatMap((line, at) => {
    const content = line.replace(/#.*/, '').trim();
    if (content === '') return [];
    const [, name, key] = /^(?:([\w.-]+):)?(\S+)$/.exec(content) ?? [];
    if (key === undefined || key.length < SHORTEST_KEY)
      throw new R1Error(
        'USAGE',
        `--key-file: line ${at + 1} of ${path} is not a key of at least ${SHORTEST_KEY} characters.`,
      );
    return [{ name: name ?? `key-${at + 1}`, sha256: hashKey(key) }];
  });
  if (keys.length === 0) throw new R1Error('USAGE', `--key-file: ${path} holds no key.`);
  return keys;
}
