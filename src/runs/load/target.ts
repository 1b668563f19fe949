import { readFileSync } from 'node:fs';
import { R1Error } from '../../core/errors.js';
import type { Target } from '../../serve/load/exchange.js';

/** The base address with /v1, the key and the model of a running server. Throws `USAGE` when it cannot be reached. */
export async function findTarget(url: string, model: string | undefined, keyFile: string | undefined): Promise<Target> {
  if (!URL.canParse(url))
    throw new R1Error('USAGE', `--url: "${url}" is not an address; expected for example http://127.0.0.1:7860.`);
  const trimmed = url.replace(/\/+$/, '');
  const base = /\/v\d+$/.test(trimmed) ? trimmed : `${trimmed}/v1`;
  const key = keyFile === undefined ? null : firstKey(keyFile);
  return { url: base, key, model: model ?? (await firstModel(base, key)) };
}

function firstKey(path: string): string {
  try {
    const lines = readFileSync(path, 'utf8').split('\n');
    return lines
      .map((line) => line.replace(/#.*/, '').trim())
      .find(Boolean)!
      .replace(/^[\w.-]+:/, '');
  } catch (cause) {
    throw new R1Error('USAGE', `--key-file: no key can be read from ${path}.`, { cause });
  }
}

async function firstModel(base: string, key: string | null): Promise<string> {
  let problem: string;
  try {
    const response = await fetch(`${base}/models`, { headers: key === null ? {} : { authorization: `Bearer ${key}` } });
    const body = (await response.json()) as { data?: { id: string }[] };
    if (body.data?.[0]) return body.data[0].id;
    problem = `${base}/models answered ${response.status} and named no model`;
  } catch (cause) {
    problem = `${base} cannot be reached: ${((cause as Error).cause as Error | undefined)?.message ?? (cause as Error).message}`;
  }
  throw new R1Error('USAGE', `--url: ${problem}.`, {
    fix: 'Start the server first; for one without /v1/models give --model.',
  });
}
