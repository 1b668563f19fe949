import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { GEOMETRIES } from '../../../../src/core/model.js';
import { inspectOnnxFile, inspectOnnxFolder } from '../../../../src/models/onnx/inspect.js';
import { configOf } from '../../../helpers/huggingface-folder.js';
import { FLOAT, GraphBuilder, INT64 } from '../../../helpers/onnx-graph.js';

const { tiny } = GEOMETRIES;
const TABLE = 4 * tiny.vocab * tiny.hidden;
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'r1tune-bytes-'));
  mkdirSync(join(folder, 'onnx'));
  writeFileSync(join(folder, 'config.json'), JSON.stringify(configOf(tiny)));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** A graph with an embedding that is gathered and a head, both in one data file. */
function write(headOffset: number, head = 'head'): string {
  const g = new GraphBuilder();
  g.input('input_ids', INT64, [1, 'sequence_length']);
  g.input('past_key_values.0.key', FLOAT, [1, 1, 'past_sequence_length', 1]);
  g.output('logits', FLOAT, [1, 'sequence_length', tiny.vocab]);
  g.external('embed_tokens', [tiny.vocab, tiny.hidden], 'model.onnx_data', 0, TABLE);
  if (head !== 'embed_tokens') g.external(head, [tiny.vocab, tiny.hidden], 'model.onnx_data', headOffset, TABLE);
  g.node('MatMul', [g.node('Gather', ['embed_tokens', 'input_ids']), head]);
  const path = join(folder, 'onnx', 'model.onnx');
  writeFileSync(path, g.build());
  writeFileSync(join(folder, 'onnx', 'model.onnx_data'), Buffer.alloc(headOffset + TABLE));
  return path;
}

it('a table that is only gathered is not read; one that is multiplied is, once', () => {
  const bytes = (path: string) => inspectOnnxFile(path)!.bytesPerToken;
  expect(bytes(write(TABLE))).toBe(TABLE);
  expect(bytes(write(0))).toBe(TABLE);
  expect(bytes(write(0, 'embed_tokens'))).toBe(TABLE);
});

it('a graph in onnx/ is taken by its path and by that folder', () => {
  const path = write(TABLE);
  expect(inspectOnnxFile(path)).toMatchObject({ path, quant: 'fp32', geometryId: 'tiny' });
  expect(inspectOnnxFolder(join(folder, 'onnx'))).toMatchObject([{ path }]);
  expect(inspectOnnxFolder(folder)).toMatchObject([{ path }]);
});
