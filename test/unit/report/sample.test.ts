import { expect, it } from 'vitest';
import { runResultSchema } from '../../../src/core/run-result.js';
import { sampleRun } from '../../helpers/sample-run.js';

it('the sample run is a valid run, and the same for the same seed', () => {
  const run = sampleRun();
  expect(runResultSchema.parse(run)).toEqual(run);
  expect(sampleRun()).toEqual(run);
  expect(sampleRun({ seed: 8 })).not.toEqual(run);
});
