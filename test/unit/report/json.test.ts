import { expect, it } from 'vitest';
import { renderReport } from '../../../src/report/index.js';
import { reportDocumentSchema } from '../../../src/report/report-document.js';
import { hostileRun } from '../../helpers/hostile-run.js';
import { sampleRun, withGoals } from '../../helpers/sample-run.js';

const cost = { pricePerHour: 1, watts: 50, cpu: { purchase: 0, monthly: 50 }, gpu: { purchase: 9000, monthly: 300 } };

it.each([
  ['a run', sampleRun()],
  ['a run with trained weights', sampleRun({ weights: 'trained' })],
  ['hostile names', hostileRun()],
  ['other goals', withGoals()],
  ['no choice', { ...sampleRun(), choice: null }],
])('report.json of %s is what its schema says, and its ids are in it', async (_name, run) => {
  const [file] = await renderReport(run, 'json', { cost });
  const raw = JSON.parse(String(file!.data));
  const report = reportDocumentSchema.parse(raw);
  expect(report).toEqual(raw);
  const known = new Set(report.configurations.map(({ candidateId }) => candidateId));
  const used = [report.answer.chosen, ...report.answer.equals, ...report.costs.map(({ candidateId }) => candidateId)];
  for (const { candidateId } of report.goals) used.push(candidateId);
  for (const id of used) if (id !== null) expect(known).toContain(id);
  expect(report.run.trials).toBe(run.outcomes.length);
});
