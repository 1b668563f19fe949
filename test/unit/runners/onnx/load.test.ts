import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Candidate } from '../../../../src/core/candidate.js';
import type { LoadRequest } from '../../../../src/core/engine.js';
import { createOnnxEngine } from '../../../../src/runners/onnx/index.js';
import { FLOAT, GraphBuilder, INT64 } from '../../../helpers/onnx-graph.js';
import { presentGraph, rowsGraph, writeToy } from '../../../helpers/toy-decoder.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'r1tune-load-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const load = (request: LoadRequest, access: 'c-api' | 'node' = 'c-api') => createOnnxEngine({ access }).load(request);
const code = (name: string, message: RegExp) =>
  expect.objectContaining({ code: name, message: expect.stringMatching(message) });

describe('knobs', () => {
  const withKnobs = (knobs: Partial<Candidate>): LoadRequest => {
    const request = writeToy(folder, rowsGraph());
    return { ...request, candidate: { ...request.candidate, ...knobs } };
  };

  it.each<[string, Partial<Candidate>, RegExp]>([
    ['prefill threads of its own', { threads: 2, threadsBatch: 4 }, /one pool/],
    ['an instruction set', { isa: 'avx2' }, /instruction set/],
    ['flash attention', { flashAttention: true }, /flash attention/],
    ['no mapping', { mmap: false }, /always maps/],
    ['locked weights', { mlock: true }, /locked/],
    ['a quantized cache', { kvType: 'q8_0' }, /quantized cache/],
    ['a cache of another type', { kvType: 'f16' }, /cache in f32/],
  ])('refuses %s instead of doing nothing', async (_, knobs, message) => {
    await expect(load(withKnobs(knobs))).rejects.toEqual(code('ENGINE_MISSING', message));
  });

  it.each(['c-api', 'node'] as const)('takes all of ONNX Runtime’s own: %s', async (access) => {
    for (const graphOptimization of ['disabled', 'basic', 'extended', 'all'] as const) {
      const onnx = { spinning: false, executionMode: 'parallel' as const, arena: false, graphOptimization };
      const session = await load(withKnobs({ onnx, threads: 2, threadsBatch: 2 }), access);
      expect(session.describe()).toMatchObject({ threads: 2, threadsBatch: 2 });
      await session.dispose();
    }
  });
});

describe('models that cannot be run', () => {
  it('a graph that is cut short anywhere is one clear error', async () => {
    const whole = rowsGraph();
    for (let length = 0; length < whole.length; length += 61) {
      const request = writeToy(folder, whole.subarray(0, length));
      await expect(load(request)).rejects.toEqual(code('MODEL_INVALID', /model\.onnx/));
    }
  });

  it('a graph of noise is refused', async () => {
    for (const byte of [0x00, 0x7f, 0xff])
      await expect(load(writeToy(folder, Buffer.alloc(999, byte)))).rejects.toEqual(
        code('MODEL_INVALID', /model\.onnx.*expected/s),
      );
  });

  it('a missing graph is named', async () => {
    const request = writeToy(folder, rowsGraph());
    rmSync(request.model.path);
    await expect(load(request)).rejects.toEqual(code('MODEL_NOT_FOUND', /model\.onnx/));
  });

  const withWeights = (location: string): LoadRequest => {
    const g = new GraphBuilder();
    g.input('input_ids', INT64, ['b', 's']);
    g.external('weights', [1000], location, 4096, 4000);
    return writeToy(folder, g.build());
  };

  it('missing and short weights are found before anything maps them', async () => {
    const request = withWeights('weights.data');
    await expect(load(request)).rejects.toEqual(code('MODEL_INVALID', /weights file .*weights\.data is missing/));
    writeFileSync(join(folder, 'weights.data'), Buffer.alloc(8096));
    await expect(load(request)).rejects.toEqual(code('MODEL_UNSUPPORTED', /no decoder/));
    truncateSync(join(folder, 'weights.data'), 8095);
    await expect(load(request)).rejects.toEqual(code('MODEL_INVALID', /ends at byte 8096 of 8095/));
  });

  it.each(['../secret', '/etc/passwd', 'a/../../b'])(
    'weights outside the folder are not read: %s',
    async (location) => {
      await expect(load(withWeights(location))).rejects.toEqual(code('MODEL_INVALID', /outside its folder/));
    },
  );

  const decoder = (change: (g: GraphBuilder) => void): LoadRequest => {
    const g = new GraphBuilder();
    g.input('input_ids', INT64, ['b', 's']);
    for (const kind of ['key', 'value']) {
      const past = g.input(`past_key_values.0.${kind}`, FLOAT, ['b', 1, 'past', 4]);
      g.output(g.node('Identity', [past], {}, `present.0.${kind}`), FLOAT, ['b', 1, 'past', 4]);
    }
    change(g);
    return writeToy(folder, g.build());
  };

  it('an operator that ONNX Runtime does not have is named', async () => {
    const request = decoder((g) => {
      g.output(g.node('Teleport', ['input_ids'], {}, 'logits'), FLOAT, ['b', 's', 16]);
    });
    await expect(load(request)).rejects.toEqual(code('MODEL_UNSUPPORTED', /Teleport/));
  });

  it('inputs that nobody can fill are named', async () => {
    const request = decoder((g) => {
      g.input('pixel_values', FLOAT, ['b', 3]);
      g.output('logits', FLOAT, ['b', 's', 16]);
    });
    await expect(load(request)).rejects.toEqual(code('MODEL_UNSUPPORTED', /pixel_values/));
  });

  it('open sizes and odd element types are named', async () => {
    const open = decoder((g) => g.output('logits', FLOAT, ['b', 's', 'v']));
    await expect(load(open)).rejects.toEqual(code('MODEL_UNSUPPORTED', /sizes/));
    const odd = decoder((g) => g.output('logits', INT64, ['b', 's', 16]));
    await expect(load(odd)).rejects.toEqual(code('MODEL_UNSUPPORTED', /"logits" in element type 7/));
  });

  it('a context longer than the model is refused', async () => {
    const request = { ...writeToy(folder, presentGraph()), contextTokens: 65 };
    await expect(load(request)).rejects.toEqual(code('USAGE', /goes to 64 positions; 65/));
  });

  it('a model without a tokenizer says what is missing', async () => {
    const request = writeToy(folder, rowsGraph());
    rmSync(join(folder, 'tokenizer.json'));
    await expect(load(request)).rejects.toEqual(code('MODEL_NOT_FOUND', /tokenizer/));
  });
});
