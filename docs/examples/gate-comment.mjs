// Writes the comment of a gate on a merge request, or replaces the one that is there: node gate-comment.mjs gitlab|gitea FILE
// GATE_TOKEN may write comments; everything else is what the CI system says of the job (and PULL_REQUEST on Gitea).
import { readFileSync } from 'node:fs';

const [system, file] = process.argv.slice(2);
const env = process.env;
const SYSTEMS = {
  gitlab: () => {
    const notes = `${env.CI_API_V4_URL}/projects/${env.CI_PROJECT_ID}/merge_requests/${env.CI_MERGE_REQUEST_IID}/notes`;
    return {
      list: notes,
      create: notes,
      update: (id) => `${notes}/${id}`,
      method: 'PUT',
      auth: { 'PRIVATE-TOKEN': env.GATE_TOKEN },
    };
  },
  gitea: () => {
    const issues = `${env.GITHUB_SERVER_URL}/api/v1/repos/${env.GITHUB_REPOSITORY}/issues`;
    const comments = `${issues}/${env.PULL_REQUEST}/comments`;
    const auth = { authorization: `token ${env.GATE_TOKEN}` };
    return {
      list: comments,
      create: comments,
      update: (id) => `${issues}/comments/${id}`,
      method: 'PATCH',
      isPaged: false,
      auth,
    };
  },
};
if (!Object.hasOwn(SYSTEMS, system) || !file) {
  process.stderr.write('expected: gate-comment.mjs gitlab|gitea FILE\n');
  process.exit(2);
}
const { list, create, update, method, auth, isPaged } = SYSTEMS[system]();

async function ask(url, verb, body) {
  const headers = { ...auth, ...(body ? { 'content-type': 'application/json' } : {}) };
  const answer = await fetch(url, { method: verb, headers, ...(body ? { body: JSON.stringify(body) } : {}) });
  if (!answer.ok) throw new Error(`${verb} ${url} answered ${answer.status}: ${(await answer.text()).slice(0, 200)}`);
  return { data: await answer.json() };
}

/** The comment that begins with the marker. GitLab gives pages of them, Gitea all at once. */
async function earlier(marker) {
  for (let page = 1; ; page++) {
    const { data } = await ask(isPaged ? `${list}?page=${page}&per_page=100` : list, 'GET');
    const found = data.find((comment) => comment.body.startsWith(marker));
    if (found || !isPaged || data.length === 0) return found;
  }
}

const body = readFileSync(file, 'utf8');
const old = await earlier(body.split('\n')[0]);
if (old) await ask(update(old.id), method, { body });
else await ask(create, 'POST', { body });
