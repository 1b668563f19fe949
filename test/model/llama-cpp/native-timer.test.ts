import { afterAll, describe, expect, it } from 'vitest';
import { baseCandidate } from '../../../src/core/candidate.js';
import { GREEDY, hasNativeTimer, type Sequence, type Session } from '../../../src/core/engine.js';
import { inspectGguf } from '../../../src/models/gguf/inspect.js';
import { createLlamaCppEngine } from '../../../src/runners/llama-cpp/index.js';
import { tempFolder } from '../../helpers/fake-model.js';
import { sharedFile } from '../../helpers/shared.js';

/** In a process of its own, as a trial is: llama.cpp's timing report goes to the log of the process's only engine. */

const stories = sharedFile('models/stories260K-f16.gguf');

describe.skipIf(stories === undefined)('time inside native decode', () => {
  let session: Session;
  afterAll(() => session.dispose());

  async function decode(sequence: Sequence, count: number): Promise<void> {
    let tokens = [1];
    for (let n = 0; n < count; n++) tokens = [(await sequence.step(tokens, GREEDY)).token];
  }

  it('is told once, and is less than the wall time', async () => {
    const model = await inspectGguf(stories!);
    const candidate = baseCandidate('llama-cpp', model.quant, 1);
    session = await createLlamaCppEngine(tempFolder('timer')).load({
      model,
      candidate,
      contextTokens: 256,
      sequences: 1,
    });
    if (!hasNativeTimer(session)) throw new Error('llama.cpp has lost its timer');
    const sequence = session.openSequence();
    await decode(sequence, 2);
    await session.takeDecodeMs();
    const start = performance.now();
    await decode(sequence, 16);
    const wall = performance.now() - start;
    const native = await session.takeDecodeMs();
    expect(native).toBeGreaterThan(0);
    expect(native).toBeLessThan(wall);
    expect(await session.takeDecodeMs()).toBe(0);
  });
});
