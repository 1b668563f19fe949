import { expect, it } from 'vitest';
import { renderReport } from '../../../src/report/index.js';
import { showProfile } from '../../../src/report/profile/show.js';
import { sampleProfile } from '../../helpers/sample-profile.js';
import { sampleRun, withGoals } from '../../helpers/sample-run.js';

const text = async (format: 'html' | 'md', run = withGoals()): Promise<string> =>
  String((await renderReport(run, format))[0]!.data);

it('configurations for other goals are named with their profile, their numbers and how sure they are', async () => {
  const page = await text('html');
  for (const words of ['Shortest time to first token', '首词元时间最短', 'best-latency.json', 'best-throughput.json'])
    expect(page).toContain(words);
  expect(page).toContain('r1-tune serve --profile results/20260301-080500-sample/best-small-memory.json');
  expect(page).toMatch(/Shown by \d+ trials\./);
  expect(await text('md')).toMatch(/\| best-latency\.json \| [^|]+ \| Shown by \d+ trials\. \|/);
});

it('a run without them says nothing of them', async () => {
  expect(await text('html', sampleRun())).not.toContain('best-latency.json');
  expect(await text('md', sampleRun())).not.toContain('For other goals');
});

it('a profile for another goal says so', () => {
  const goal = { name: 'latency' as const, evidence: 'Not confirmed.' };
  expect(showProfile(sampleProfile({}, { goal }))).toMatch(/goal\s+latency\. Not confirmed\./);
});
