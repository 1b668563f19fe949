import { R1Error } from '../../core/errors.js';
import { type Answer, ask, readText } from './http.js';
import type { Environment } from './proxy.js';

/** A file of a repository. Of the two hashes one is known: large files have a SHA-256, small ones that of git. */
export type HubFile = { path: string; sizeBytes: number; sha256: string | null; gitSha1: string | null };

/** A site that serves model repositories. */
export type Hub = {
  name: 'huggingface' | 'modelscope';
  endpoint: string;
  list(repository: string): Promise<HubFile[]>;
  fileUrl(repository: string, path: string): URL;
  headers: Record<string, string>;
};

export type HubOptions = {
  endpoint?: string | undefined;
  token?: string | undefined;
  revision?: string | undefined;
  env: Environment;
  stallMs: number;
  signal?: AbortSignal | undefined;
};

const MAX_LISTING_BYTES = 32 << 20;

/** Fetches a JSON document of a site. Throws DOWNLOAD_FAILED with what the site said. */
export async function fetchJson(
  url: URL,
  headers: Record<string, string>,
  options: HubOptions,
): Promise<{ json: unknown; headers: Answer['headers'] }> {
  let answer: Answer;
  let text: string;
  try {
    answer = await ask(url, { headers, ...options });
    text = await readText(answer, MAX_LISTING_BYTES);
  } catch (cause) {
    options.signal?.throwIfAborted();
    throw new R1Error('DOWNLOAD_FAILED', `${url.host} cannot be reached: ${(cause as Error).message}.`, {
      fix: 'Check the network and the proxy; --source modelscope or HF_ENDPOINT names another site.',
      cause,
    });
  }
  if (answer.status !== 200) throw refusal(url, answer.status);
  try {
    return { json: JSON.parse(text), headers: answer.headers };
  } catch (cause) {
    throw new R1Error('DOWNLOAD_FAILED', `${url.href} answered with something that is not JSON.`, { cause });
  }
}

/** What a status other than success means to the user. */
export function refusal(url: URL, status: number): R1Error {
  const fixes: Record<number, string> = {
    401: 'Give a token with HF_TOKEN or --token.',
    403: 'Accept the terms of the model on its page, and give a token with HF_TOKEN or --token.',
    404: 'Check the name; the other --source may have it.',
    429: 'Wait a while, or give a token with HF_TOKEN or --token.',
  };
  const fix = fixes[status];
  return new R1Error('DOWNLOAD_FAILED', `${url.origin}${url.pathname} answered ${status}.`, fix ? { fix } : {});
}

/** Each part of a path on its own: slashes stay. */
export const encodePath = (path: string): string => path.split('/').map(encodeURIComponent).join('/');
