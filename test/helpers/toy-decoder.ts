import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { baseCandidate } from '../../src/core/candidate.js';
import type { LoadRequest } from '../../src/core/engine.js';
import { FLOAT, GraphBuilder, INT64 } from './onnx-graph.js';

/**
 * A decoder whose logits can be computed by hand, and show any fault of the cache: a token at place p adds (p + 1) times
 * its row of `EMBEDDING` to a running sum, and the logits are that sum times `HEAD`. It has two "layers", so that mixed
 * up caches show, and every row counts with its place, so that a misplaced, missing or stale row shows too.
 */
export const VOCABULARY = 16;
const WIDTH = 4;
const mixed = (i: number): number => ((i * 7919) % 23) / 8 - 1;
const EMBEDDING = Array.from({ length: VOCABULARY * WIDTH }, (_, i) => mixed(i));
const HEAD = Array.from({ length: WIDTH * VOCABULARY }, (_, i) => mixed(i + 100));

/** The logits after the last of these tokens. */
export function toyLogits(tokens: readonly number[]): number[] {
  const sum = new Array<number>(WIDTH).fill(0);
  tokens.forEach((token, place) => {
    for (let i = 0; i < WIDTH; i++) sum[i]! += (place + 1) * EMBEDDING[token * WIDTH + i]!;
  });
  // Keys carry the sum once, values twice.
  return Array.from({ length: VOCABULARY }, (_, v) =>
    sum.reduce((dot, x, i) => dot + 3 * x * HEAD[i * VOCABULARY + v]!, 0),
  );
}

export const toyGreedy = (tokens: readonly number[]): number => {
  const logits = toyLogits(tokens);
  return logits.indexOf(Math.max(...logits));
};

/** In the form of our converter: the graph gives back new rows only, position first. */
export function rowsGraph(): Buffer {
  const g = new GraphBuilder();
  const ids = g.input('input_ids', INT64, ['batch_size', 'sequence_length']);
  const lengths = g.input('past_lengths', INT64, ['batch_size']);
  const positions = g.input('logits_positions', INT64, ['rows']);
  addConstants(g);
  const embedded = g.node('Gather', ['embedding', ids]); // [B, S, W]
  const count = g.node('Gather', [g.node('Shape', [ids]), 'one']);
  const offsets = g.node('Unsqueeze', [g.node('Range', ['zero', count, 'one']), 'axis0']); // [1, S]
  const places = g.node('Add', [g.node('Add', [g.node('Unsqueeze', [lengths, 'axis1']), offsets]), 'one']);
  const weighted = weigh(g, embedded, places);
  let hidden: string | undefined;
  for (const [kind, factor] of [
    ['key', 'float1'],
    ['value', 'float2'],
  ] as const) {
    const past = g.input(`past_key_values.0.${kind}`, FLOAT, ['past', 'batch_size', 1, WIDTH]);
    const rows = g.node('Mul', [weighted, factor]);
    const first = g.node('Transpose', [rows], { perm: [1, 0, 2] });
    g.output(g.node('Unsqueeze', [first, 'axis2'], {}, `new.0.${kind}`), FLOAT, [
      'sequence_length',
      'batch_size',
      1,
      WIDTH,
    ]);
    const pastCount = g.node('Gather', [g.node('Shape', [past]), 'zero']);
    const index = g.node('Unsqueeze', [g.node('Range', ['zero', pastCount, 'one']), 'axis1']); // [P, 1]
    const valid = g.node('Cast', [g.node('Less', [index, lengths])], { to: FLOAT }); // [P, B]
    const flat = g.node('Squeeze', [past, 'axis2']); // [P, B, W]
    const masked = g.node('Mul', [flat, g.node('Unsqueeze', [valid, 'axis2'])]);
    const before = g.node('Transpose', [g.node('ReduceSum', [masked, 'axis0'])], { perm: [1, 0, 2] }); // [B, 1, W]
    const part = g.node('Add', [g.node('CumSum', [rows, 'one']), before]);
    hidden = hidden === undefined ? part : g.node('Add', [hidden, part]);
  }
  const chosen = g.node('Gather', [hidden!, positions], { axis: 1 });
  g.output(g.node('MatMul', [chosen, 'head'], {}, 'logits'), FLOAT, ['batch_size', 'rows', VOCABULARY]);
  return g.build();
}

/** In the form of published exports: attention_mask, position_ids, and a cache that is given back whole. */
export function presentGraph(): Buffer {
  const g = new GraphBuilder();
  const ids = g.input('input_ids', INT64, ['batch_size', 'sequence_length']);
  g.input('attention_mask', INT64, ['batch_size', 'total_sequence_length']);
  const positions = g.input('position_ids', INT64, ['batch_size', 'sequence_length']);
  addConstants(g);
  const weighted = weigh(g, g.node('Gather', ['embedding', ids]), g.node('Add', [positions, 'one']));
  let hidden: string | undefined;
  for (const [kind, factor] of [
    ['key', 'float1'],
    ['value', 'float2'],
  ] as const) {
    const past = g.input(`past_key_values.0.${kind}`, FLOAT, ['batch_size', 1, 'past_sequence_length', WIDTH]);
    const rows = g.node('Mul', [weighted, factor]);
    const grown = g.node('Concat', [past, g.node('Unsqueeze', [rows, 'axis1'])], { axis: 2 }, `present.0.${kind}`);
    g.output(grown, FLOAT, ['batch_size', 1, 'total_sequence_length', WIDTH]);
    const before = g.node('ReduceSum', [g.node('Squeeze', [past, 'axis1']), 'axis1']);
    const part = g.node('Add', [g.node('CumSum', [rows, 'one']), before]);
    hidden = hidden === undefined ? part : g.node('Add', [hidden, part]);
  }
  g.output(g.node('MatMul', [hidden!, 'head'], {}, 'logits'), FLOAT, ['batch_size', 'sequence_length', VOCABULARY]);
  return g.build();
}

function addConstants(g: GraphBuilder): void {
  g.floats('embedding', [VOCABULARY, WIDTH], EMBEDDING);
  g.floats('head', [WIDTH, VOCABULARY], HEAD);
  g.floats('float1', [], [1]);
  g.floats('float2', [], [2]);
  g.ints('zero', [], [0]);
  g.ints('one', [], [1]);
  g.ints('axis0', [1], [0]);
  g.ints('axis1', [1], [1]);
  g.ints('axis2', [1], [2]);
}

const weigh = (g: GraphBuilder, embedded: string, places: string): string =>
  g.node('Mul', [embedded, g.node('Unsqueeze', [g.node('Cast', [places], { to: FLOAT }), 'axis2'])]);

const TOKENIZER = {
  added_tokens: [],
  normalizer: null,
  pre_tokenizer: { type: 'ByteLevel', add_prefix_space: false, use_regex: true },
  model: {
    type: 'BPE',
    vocab: Object.fromEntries([...'abcdefghijklmnop'].map((letter, id) => [letter, id])),
    merges: [],
  },
};

/** Writes a toy model and gives the request that loads it. */
export function writeToy(folder: string, graph: Buffer, change: Partial<LoadRequest> = {}): LoadRequest {
  const path = join(folder, 'model.onnx');
  writeFileSync(path, graph);
  writeFileSync(join(folder, 'tokenizer.json'), JSON.stringify(TOKENIZER));
  writeFileSync(join(folder, 'tokenizer_config.json'), JSON.stringify({ add_bos_token: true }));
  writeFileSync(join(folder, 'config.json'), JSON.stringify({ bos_token_id: 1, eos_token_id: 2 }));
  const model = { path, format: 'onnx', contextLength: 64, geometry: { heads: 1 } } as LoadRequest['model'];
  return {
    model,
    candidate: { ...baseCandidate('onnx', 'fp32', 1), batch: 5 },
    contextTokens: 64,
    sequences: 3,
    ...change,
  };
}
