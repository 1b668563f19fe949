import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { DEFAULT_ONNX_KNOBS } from '../../../../../src/core/candidate.js';
import { ELEMENT_TYPE } from '../../../../../src/formats/onnx/element-type.js';
import type { HostTensor } from '../../../../../src/runners/graph/tensor.js';
import { NativeRuntime, OrtError } from '../../../../../src/runners/onnx/native/native-runtime.js';
import { openOrtApi } from '../../../../../src/runners/onnx/native/ort-api.js';
import { FLOAT, GraphBuilder } from '../../../../helpers/onnx-graph.js';

let folder: string;
let path: string;

/** y = x + x, for any length. */
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'r1tune-native-'));
  path = join(folder, 'double.onnx');
  const g = new GraphBuilder();
  g.input('x', FLOAT, ['n']);
  g.output(g.node('Add', ['x', 'x'], {}, 'y'), FLOAT, ['n']);
  writeFileSync(path, g.build());
});
afterAll(() => rmSync(folder, { recursive: true }));

const open = () => NativeRuntime.open({ path, threads: 1, knobs: DEFAULT_ONNX_KNOBS });
const tensor = (data: Float32Array, dims = [data.length]): HostTensor => ({
  elementType: ELEMENT_TYPE.float32,
  dims,
  data,
});

it('names the library and its version', async () => {
  const runtime = await open();
  expect(runtime.name).toBe(`ONNX Runtime ${(await openOrtApi()).version} (C API)`);
  await runtime.dispose();
});

it('writes into the given memory, views included', async () => {
  const runtime = await open();
  const whole = new Float32Array(100);
  await runtime.run(
    new Map([['x', tensor(Float32Array.of(1, 2, 3))]]),
    new Map([['y', tensor(whole.subarray(50, 53))]]),
  );
  expect([...whole.subarray(49, 54)]).toEqual([0, 2, 4, 6, 0]);
  await runtime.dispose();
});

it('survives garbage collection of everything that its caller let go', async () => {
  setFlagsFromString('--expose-gc');
  const collect: () => void = runInNewContext('gc');
  const runtime = await open();
  for (let round = 0; round < 30; round++) {
    // Small arrays begin on V8's own heap, which collections move.
    const y = new Float32Array(4);
    const done = runtime.run(new Map([['x', tensor(Float32Array.of(round, 1, 2, 3))]]), new Map([['y', tensor(y)]]));
    collect();
    await done;
    collect();
    expect([...y]).toEqual([2 * round, 2, 4, 6]);
  }
  await runtime.dispose();
});

it('many evaluations leave no memory behind', async () => {
  const runtime = await open();
  const [x, y] = [new Float32Array(1 << 18), new Float32Array(1 << 18)];
  const run = () => runtime.run(new Map([['x', tensor(x)]]), new Map([['y', tensor(y)]]));
  for (let i = 0; i < 50; i++) await run();
  const before = process.memoryUsage().rss;
  for (let i = 0; i < 500; i++) await run();
  // A leak of the values alone, a megabyte each, would be 1 GB.
  expect(process.memoryUsage().rss - before).toBeLessThan(100 << 20);
  await runtime.dispose();
});

it('misuse is an error, never a crash', async () => {
  const runtime = await open();
  const y = tensor(new Float32Array(4));
  const give = (x: HostTensor, name = 'x', result = y) => runtime.run(new Map([[name, x]]), new Map([['y', result]]));
  const four = tensor(new Float32Array(4));
  await expect(give(four, 'z')).rejects.toThrow(OrtError);
  await expect(give(tensor(new Float32Array(8)))).rejects.toThrow(/shape/i);
  await expect(give(tensor(new Float32Array(4), [400]))).rejects.toThrow(OrtError);
  await expect(give({ ...four, elementType: ELEMENT_TYPE.int64, data: new BigInt64Array(4) })).rejects.toThrow(/type/i);
  const both = [give(four), give(four)];
  await expect(both[1]).rejects.toThrow(/busy/);
  await both[0];
  await runtime.dispose();
  await runtime.dispose();
  await expect(give(four)).rejects.toThrow(/closed/);
});

it('dispose waits for the evaluation that is under way', async () => {
  const runtime = await open();
  const size = 1 << 22;
  const y = new Float32Array(size);
  const done = runtime.run(new Map([['x', tensor(new Float32Array(size).fill(1))]]), new Map([['y', tensor(y)]]));
  await runtime.dispose();
  await done;
  expect(y[size - 1]).toBe(2);
});

it('the event loop goes on while a graph is evaluated', async () => {
  const runtime = await open();
  const size = 1 << 25;
  const [x, y] = [new Float32Array(size), new Float32Array(size)];
  let isDone = false;
  let turns = 0;
  const done = runtime.run(new Map([['x', tensor(x)]]), new Map([['y', tensor(y)]])).then(() => {
    isDone = true;
  });
  while (!isDone) {
    await new Promise((resolve) => setImmediate(resolve));
    turns++;
  }
  await done;
  expect(turns).toBeGreaterThan(10);
  await runtime.dispose();
});

it('a damaged graph is refused with the reason', async () => {
  const broken = join(folder, 'broken.onnx');
  writeFileSync(broken, 'not a graph');
  await expect(NativeRuntime.open({ path: broken, threads: 1, knobs: DEFAULT_ONNX_KNOBS })).rejects.toThrow(OrtError);
  await expect(NativeRuntime.open({ path: `${broken}x`, threads: 1, knobs: DEFAULT_ONNX_KNOBS })).rejects.toThrow(
    /exist/,
  );
});
