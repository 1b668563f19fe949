import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';
import type { Engine } from '../../core/engine.js';
import { R1Error } from '../../core/errors.js';
import { type FakeScript, fakeScriptSchema } from './script.js';
import { openSession } from './session.js';

/**
 * An engine without weights: its model file is a JSON script (script.ts) of vocabulary, costs, answers and faults.
 * It stands only where `backend: 'fake'` was asked for.
 */
export function createFakeEngine(): Engine {
  return {
    load: async (request) =>
      openSession(readScript(request.model.path), request, async (ms) => void (ms > 0 && (await sleep(ms)))),
  };
}

function readScript(path: string): FakeScript {
  try {
    return fakeScriptSchema.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch (cause) {
    const reason = cause instanceof z.ZodError ? z.prettifyError(cause) : String(cause);
    throw new R1Error('MODEL_INVALID', `${path} is not a script of the fake engine: ${reason}`, { cause });
  }
}
