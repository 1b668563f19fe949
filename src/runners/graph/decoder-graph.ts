import { R1Error } from '../../core/errors.js';
import { leastOf } from '../../core/extremes.js';
import { ELEMENT_TYPE } from '../../formats/onnx/element-type.js';
import type { OnnxFile, OnnxValue } from '../../formats/onnx/read.js';

/** Cache input of one layer's keys or values, and the output that answers it. */
export type KvPort = { past: string; result: string };

/** A decoder graph by the role of each input and output, whoever exported it. */
export type DecoderGraph = {
  path: string;
  /**
   * What a step gives back. rows: only the new rows, `new.N.*` [S, B, kvHeads, headDim], as our converter makes it; the
   * caller keeps the cache. present: the whole cache grown by the new rows [B, kvHeads, P + S, headDim], as published
   * exports do.
   */
  answer: 'rows' | 'present';
  /** Every input except the caches, by name. */
  inputs: ReadonlyMap<InputRole, OnnxValue>;
  /** Keys and values of every layer, in order. */
  caches: readonly KvPort[];
  kvHeads: number;
  headDim: number;
  kvElementType: number;
  logits: OnnxValue;
  vocabulary: number;
  /** Positions that the rotary tables in the graph cover; null when it computes them. */
  maxPositions: number | null;
};

/** Inputs by which exports tell the decoder what to do; each is filled in by `stepInputs`. */
const ROLES = [
  'input_ids',
  'attention_mask',
  'position_ids',
  'past_lengths',
  'logits_positions',
  'num_logits_to_keep',
] as const;
export type InputRole = (typeof ROLES)[number];

const PAST = /^past_key_values\.(\d+)\.(key|value)$/;

/** Finds the roles. Throws `MODEL_UNSUPPORTED` with what is there and what was expected. */
export function readDecoderGraph(graph: OnnxFile): DecoderGraph {
  const pasts = graph.inputs.filter(({ name }) => PAST.test(name));
  const others = graph.inputs.filter(({ name }) => !PAST.test(name));
  const unknown = others.filter(({ name }) => !(ROLES as readonly string[]).includes(name));
  const logits = graph.outputs.find(({ name }) => name === 'logits');
  const inputs = new Map(others.map((info) => [info.name as InputRole, info]));
  if (unknown.length > 0) throw unsupported(graph, `needs the inputs ${unknown.map(({ name }) => name).join(', ')}`);
  if (!inputs.has('input_ids') || pasts.length === 0 || !logits) throw unsupported(graph, 'is no decoder with a cache');
  const answer = graph.outputs.some(({ name }) => name.startsWith('new.')) ? 'rows' : 'present';
  const caches = pasts.map(({ name }) => portOf(graph, name, answer));
  const [kvHeads, headDim] = answer === 'rows' ? pasts[0]!.dims.slice(2) : [pasts[0]!.dims[1], pasts[0]!.dims[3]];
  const vocabulary = logits.dims.at(-1);
  if (typeof kvHeads !== 'number' || typeof headDim !== 'number' || typeof vocabulary !== 'number')
    throw unsupported(graph, 'leaves the sizes of its cache or vocabulary open');
  return {
    path: graph.path,
    answer,
    inputs,
    caches,
    kvHeads,
    headDim,
    kvElementType: floatType(graph, pasts[0]!),
    logits: { ...logits, elementType: floatType(graph, logits) },
    vocabulary,
    maxPositions: rotaryRows(graph),
  };
}

function portOf(graph: OnnxFile, past: string, answer: DecoderGraph['answer']): KvPort {
  const result = past.replace('past_key_values', answer === 'rows' ? 'new' : 'present');
  if (!graph.outputs.some(({ name }) => name === result)) throw unsupported(graph, `has no output "${result}"`);
  return { past, result };
}

function floatType(graph: OnnxFile, { name, elementType }: OnnxValue): number {
  if (elementType !== ELEMENT_TYPE.float32 && elementType !== ELEMENT_TYPE.float16)
    throw unsupported(graph, `has "${name}" in element type ${elementType}, not float32 or float16`);
  return elementType;
}

/** Rows of the table of cosines, which is input 7 of GroupQueryAttention. */
function rotaryRows(graph: OnnxFile): number | null {
  const attention = graph.nodes.filter(({ operator }) => operator === 'GroupQueryAttention');
  const dims = new Map(graph.weights.map((weight) => [weight.name, weight.dims]));
  const rows = attention.map(({ inputs }) => dims.get(inputs[7] ?? '')?.[0]);
  const known = rows.filter((count) => count !== undefined);
  return known.length > 0 ? leastOf(known) : null;
}

const unsupported = (graph: OnnxFile, why: string): R1Error =>
  new R1Error('MODEL_UNSUPPORTED', `${graph.path} ${why}.`, {
    fix: 'Give a decoder exported with its cache (input_ids, past_key_values.N.key/value → logits, present.N.key/value), as onnx-community or `r1-tune models onnx` make them.',
  });
