import { expect, it } from 'vitest';
import { claimsDocumentSchema } from '../../../src/core/claims.js';
import { renderReport } from '../../../src/report/index.js';
import { sampleClaims } from '../../helpers/sample-claims.js';
import { sampleRun } from '../../helpers/sample-run.js';

const text = async (format: 'html' | 'md', claims = sampleClaims()): Promise<string> =>
  String((await renderReport(sampleRun(), format, { claims }))[0]!.data).replaceAll('\u00a0', ' ');

it('the sample is a valid document', () => {
  expect(claimsDocumentSchema.parse(sampleClaims())).toEqual(sampleClaims());
});

it('claims given beside the run get a section: verdict, finding, every comparison with its interval', async () => {
  const page = await text('html');
  const section = /<section id="claims">([\s\S]*?)<\/section>/.exec(page)![1]!;
  for (const words of ['holds here', 'does not hold here', 'no difference here', 'cannot be tested here'])
    expect(section).toContain(words);
  expect(section).toContain('+0.2 % <small>(−0.6 % … +1.0 %)</small>');
  expect(section).toContain('32.5 tok/s<small> (32.1 … 32.9 tok/s)</small>');
  expect(section).toContain('最佳线程数等于物理核心数');
  expect(section).not.toContain('another machine');
  expect(page).toContain('href="#claims"');
  expect(await text('md')).toContain('| 2. OMP\\_NUM\\_THREADS tunes threads. | no difference here |');
});

it('claims of another machine say so', async () => {
  const claims = sampleClaims();
  claims.machine.fingerprint.hash = 'ffffffffffff';
  expect(await text('html', claims)).toContain('These were tested on another machine than this run');
});
