import { writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { COMMENT_MARKER } from '../../../src/cli/gate/outputs.js';
import { tempFolder } from '../../helpers/fake-model.js';

const SCRIPT = fileURLToPath(new URL('../../../docs/examples/gate-comment.mjs', import.meta.url));
const file = join(tempFolder('comment'), 'comment.md');

/** Comments as a forge keeps them: listed in pages of two where it has pages, with what each request was. */
let comments: { id: number; body: string }[] = [];
let requests: string[] = [];

const server = createServer(async (request, response) => {
  const url = new URL(request.url!, 'http://forge');
  requests.push(
    `${request.method} ${url.pathname} ${request.headers['private-token'] ?? request.headers.authorization}`,
  );
  const page = url.searchParams.get('page');
  const answer = request.method === 'GET' ? listed(page) : write(url.pathname, JSON.parse(await textOf(request)).body);
  response.setHeader('content-type', 'application/json').end(JSON.stringify(answer));
});
const listed = (page: string | null) =>
  page === null ? comments : comments.slice(2 * Number(page) - 2, 2 * Number(page));
function write(path: string, body: string) {
  const id = Number(path.split('/').at(-1));
  const old = comments.find((comment) => comment.id === id);
  if (old) return Object.assign(old, { body });
  comments.push({ id: 100 + comments.length, body });
  return comments.at(-1);
}
async function textOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request) text += chunk;
  return text;
}

let base = '';
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => server.close());
beforeEach(() => {
  comments = [1, 2, 3].map((id) => ({ id, body: `talk ${id}` }));
  requests = [];
});

function comment(system: string, text: string) {
  writeFileSync(file, `${COMMENT_MARKER}\n${text}`);
  const gitlab = { CI_API_V4_URL: `${base}/api/v4`, CI_PROJECT_ID: '7', CI_MERGE_REQUEST_IID: '5' };
  const gitea = { GITHUB_SERVER_URL: base, GITHUB_REPOSITORY: 'me/repo', PULL_REQUEST: '5' };
  return execa(process.execPath, [SCRIPT, system, file], { env: { ...gitlab, ...gitea, GATE_TOKEN: 'secret' } });
}

describe.each([
  [
    'gitlab',
    'POST /api/v4/projects/7/merge_requests/5/notes secret',
    'PUT /api/v4/projects/7/merge_requests/5/notes/103 secret',
  ],
  [
    'gitea',
    'POST /api/v1/repos/me/repo/issues/5/comments token secret',
    'PATCH /api/v1/repos/me/repo/issues/comments/103 token secret',
  ],
])('a comment of a gate on %s', (system, create, update) => {
  it('is written once and then replaced, and no other is touched', async () => {
    await comment(system, 'first');
    expect(requests.at(-1)).toBe(create);
    await comment(system, 'second');
    expect(requests.at(-1)).toBe(update);
    expect(comments.map(({ body }) => body)).toEqual(['talk 1', 'talk 2', 'talk 3', `${COMMENT_MARKER}\nsecond`]);
  });
});
