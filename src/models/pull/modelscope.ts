import * as z from 'zod';
import { R1Error } from '../../core/errors.js';
import { fetchJson, type Hub, type HubOptions } from './hub.js';

const ENDPOINT = 'https://www.modelscope.cn';

const listingSchema = z.looseObject({
  Data: z.looseObject({
    Files: z.array(
      z.looseObject({
        Path: z.string(),
        Type: z.string(),
        Size: z.int().min(0).optional(),
        Sha256: z.string().nullish(),
      }),
    ),
  }),
});

/** ModelScope, the Chinese site. */
export function modelScope(options: HubOptions): Hub {
  const { env, revision = 'master' } = options;
  const domain = env('MODELSCOPE_DOMAIN');
  const endpoint = (options.endpoint ?? (domain ? `https://${domain}` : ENDPOINT)).replace(/\/+$/, '');
  const token = options.token ?? env('MODELSCOPE_API_TOKEN');
  const headers: Record<string, string> = token ? { cookie: `m_session_id=${token}` } : {};
  const address = (repository: string, path: string, query: Record<string, string>): URL =>
    new URL(`${endpoint}/api/v1/models/${repository}/${path}?${new URLSearchParams({ Revision: revision, ...query })}`);
  return {
    name: 'modelscope',
    endpoint,
    headers,
    fileUrl: (repository, path) => address(repository, 'repo', { FilePath: path }),
    async list(repository) {
      const url = address(repository, 'repo/files', { Recursive: 'true' });
      const { json } = await fetchJson(url, headers, options);
      const listing = listingSchema.safeParse(json);
      if (!listing.success) throw new R1Error('DOWNLOAD_FAILED', `${url.href} did not answer with a list of files.`);
      return listing.data.Data.Files.filter(({ Type }) => Type !== 'tree').map(({ Path, Size = 0, Sha256 }) => ({
        path: Path,
        sizeBytes: Size,
        sha256: Sha256 || null,
        gitSha1: null,
      }));
    },
  };
}
