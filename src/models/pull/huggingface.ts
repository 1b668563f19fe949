import * as z from 'zod';
import { R1Error } from '../../core/errors.js';
import { encodePath, fetchJson, type Hub, type HubFile, type HubOptions } from './hub.js';

const ENDPOINT = 'https://huggingface.co';

const entriesSchema = z.array(
  z.looseObject({
    type: z.string(),
    path: z.string(),
    size: z.int().min(0).optional(),
    oid: z.string().optional(),
    lfs: z.looseObject({ oid: z.string(), size: z.int().min(0) }).nullish(),
  }),
);

/** Hugging Face, or a mirror that speaks its layout (HF_ENDPOINT). */
export function huggingFace(options: HubOptions): Hub {
  const { env, revision = 'main' } = options;
  const endpoint = (options.endpoint ?? env('HF_ENDPOINT') ?? ENDPOINT).replace(/\/+$/, '');
  const token = options.token ?? env('HF_TOKEN');
  const headers: Record<string, string> = token ? { authorization: `Bearer ${token}` } : {};
  return {
    name: 'huggingface',
    endpoint,
    headers,
    fileUrl: (repository, path) =>
      new URL(`${endpoint}/${repository}/resolve/${encodeURIComponent(revision)}/${encodePath(path)}`),
    async list(repository) {
      const files: HubFile[] = [];
      const start = `${endpoint}/api/models/${repository}/tree/${encodeURIComponent(revision)}?recursive=true`;
      for (let url: URL | undefined = new URL(start); url; ) {
        const page = await fetchJson(url, headers, options);
        for (const file of readEntries(url, page.json)) files.push(file);
        url = nextPage(url, page.headers.link);
      }
      return files;
    },
  };
}

function readEntries(url: URL, json: unknown): HubFile[] {
  const entries = entriesSchema.safeParse(json);
  if (!entries.success) throw new R1Error('DOWNLOAD_FAILED', `${url.href} did not answer with a list of files.`);
  return entries.data
    .filter(({ type }) => type === 'file')
    .map(({ path, size, oid, lfs }) => ({
      path,
      sizeBytes: lfs?.size ?? size ?? 0,
      sha256: lfs?.oid.replace(/^sha256:/, '') ?? null,
      gitSha1: lfs ? null : (oid ?? null),
    }));
}

/** `Link: <…>; rel="next"`. The page stays on the site that was asked. */
function nextPage(current: URL, link: string | string[] | undefined): URL | undefined {
  const match = /<([^>]+)>;\s*rel="next"/.exec(String(link ?? ''));
  if (!match) return undefined;
  const next = new URL(match[1]!, current);
  return next.href === current.href ? undefined : new URL(next.pathname + next.search, current);
}
