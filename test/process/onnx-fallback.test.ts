import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { GREEDY } from '../../src/core/engine.js';
import { createOnnxEngine } from '../../src/runners/onnx/index.js';
import { rowsGraph, toyGreedy, writeToy } from '../helpers/toy-decoder.js';

vi.mock('koffi', () => {
  throw new Error('built for another machine');
});

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'r1tune-fallback-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

it('without koffi the binding is used, and says so', async () => {
  const session = await createOnnxEngine().load(writeToy(folder, rowsGraph()));
  expect(session.describe()).toMatchObject({
    engine: expect.stringContaining('onnxruntime-node'),
    systemInfo: expect.stringMatching(/C API not used: koffi cannot be used/),
  });
  expect((await session.openSequence().step([4, 2], GREEDY)).token).toBe(toyGreedy([4, 2]));
  await session.dispose();
});

it('asked for by name, the C API is an error that names the cause', async () => {
  const load = createOnnxEngine({ access: 'c-api' }).load(writeToy(folder, rowsGraph()));
  await expect(load).rejects.toMatchObject({ code: 'ENGINE_MISSING', message: expect.stringMatching(/koffi/) });
});
