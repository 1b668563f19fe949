import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DEFAULT_ONNX_KNOBS } from '../../../../src/core/candidate.js';
import { readOnnx } from '../../../../src/formats/onnx/read.js';
import type { Work } from '../../../../src/runners/decoding/decoder.js';
import { type DecoderGraph, readDecoderGraph } from '../../../../src/runners/graph/decoder-graph.js';
import { RowsDecoder } from '../../../../src/runners/graph/rows-decoder.js';
import type { GraphRuntime } from '../../../../src/runners/graph/tensor.js';
import { NativeRuntime } from '../../../../src/runners/onnx/native/native-runtime.js';
import { NodeRuntime } from '../../../../src/runners/onnx/node/node-runtime.js';
import { rowsGraph, toyLogits, VOCABULARY, writeToy } from '../../../helpers/toy-decoder.js';

const SEQUENCES = 4;

describe.each([
  ['the C API', NativeRuntime],
  ['onnxruntime-node', NodeRuntime],
])('through %s', (_, Runtime: { open(options: object): Promise<GraphRuntime> }) => {
  let folder: string;
  let graph: DecoderGraph;
  let runtime: GraphRuntime;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'r1tune-rows-'));
    const { path } = writeToy(folder, rowsGraph()).model;
    graph = readDecoderGraph(readOnnx(path));
    runtime = await Runtime.open({ path, threads: 1, knobs: DEFAULT_ONNX_KNOBS });
  });
  afterAll(async () => {
    await runtime.dispose();
    rmSync(folder, { recursive: true });
  });

  it('sequences that join, leave and are cut back decode together as each would alone', async () => {
    const token = fc.nat(VOCABULARY - 1);
    const slot = fc.nat(SEQUENCES - 1);
    const act = fc.oneof(
      {
        weight: 4,
        arbitrary: fc.record({
          kind: fc.constant('together' as const),
          slots: fc.uniqueArray(slot, { minLength: 1 }),
          token,
        }),
      },
      {
        weight: 2,
        arbitrary: fc.record({
          kind: fc.constant('alone' as const),
          slot,
          tokens: fc.array(token, { minLength: 1, maxLength: 6 }),
        }),
      },
      {
        weight: 1,
        arbitrary: fc.record({
          kind: fc.constant('cut' as const),
          slot,
          share: fc.double({ min: 0, max: 1, noNaN: true }),
        }),
      },
      { weight: 1, arbitrary: fc.record({ kind: fc.constant('release' as const), slot }) },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(act, { minLength: 1, maxLength: 25 }), async (acts) => {
        const decoder = new RowsDecoder(graph, runtime, 200, SEQUENCES);
        const texts: number[][] = Array.from({ length: SEQUENCES }, () => []);
        const run = async (slots: number[], tokens: (slot: number) => number[]) => {
          const works = slots.map(
            (id): Work => ({ slot: id, past: texts[id]!.length, tokens: tokens(id), rows: 'last' }),
          );
          const { rows } = await decoder.evaluate(works);
          slots.forEach((id, i) => {
            texts[id]!.push(...works[i]!.tokens);
            expect(rows[i]).toHaveLength(1);
            toyLogits(texts[id]!).forEach((value, v) => {
              expect(Math.abs(rows[i]![0]![v]! - value)).toBeLessThan(1e-3 * Math.max(1, Math.abs(value)));
            });
          });
        };
        for (const one of acts) {
          if (one.kind === 'together') await run(one.slots, (id) => [(one.token + id) % VOCABULARY]);
          if (one.kind === 'alone') await run([one.slot], () => one.tokens);
          if (one.kind === 'cut') texts[one.slot]!.length = Math.floor(one.share * texts[one.slot]!.length);
          if (one.kind === 'release') {
            texts[one.slot] = [];
            decoder.release(one.slot);
          }
        }
      }),
      { numRuns: 80 },
    );
  });
});
