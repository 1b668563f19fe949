import { expect, it } from 'vitest';
import { R1Error } from '../../../src/core/errors.js';
import { systemClock } from '../../../src/runs/clock.js';

it('a sleep that is interrupted ends with the reason of the interruption', async () => {
  const controller = new AbortController();
  const reason = new R1Error('INTERRUPTED', 'Interrupted.');
  const sleeping = systemClock.sleep(60_000, controller.signal);
  controller.abort(reason);
  await expect(sleeping).rejects.toBe(reason);
});
