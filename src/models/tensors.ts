import type { Shape } from '../core/model.js';

export type TensorSpec = {
  name: string;
  /** Innermost first: [columns, rows]. */
  dims: readonly number[];
  kind: 'matrix' | 'norm' | 'bias' | 'rope-factors';
};

/** Every tensor of a decoder under its GGUF name, in the order llama.cpp writes them. */
export function decoderTensors(shape: Shape): TensorSpec[] {
  const { hidden, vocab, layers, headDim } = shape;
  const specs = [matrix('token_embd', hidden, vocab), norm('output_norm', hidden)];
  if (!shape.tied) specs.push(matrix('output', hidden, vocab));
  if (hasRopeFactors(shape)) specs.push({ name: 'rope_freqs.weight', dims: [headDim / 2], kind: 'rope-factors' });
  for (let layer = 0; layer < layers; layer++)
    for (const spec of blockTensors(shape, `blk.${layer}.`)) specs.push(spec);
  return specs;
}

const hasRopeFactors = ({ ropeScaling }: Shape): boolean =>
  ropeScaling?.type === 'llama3' || ropeScaling?.type === 'factors';

function blockTensors(shape: Shape, prefix: string): TensorSpec[] {
  const { hidden, heads, kvHeads, headDim } = shape;
  const projections: [string, number][] = [
    ['attn_q', heads * headDim],
    ['attn_k', kvHeads * headDim],
    ['attn_v', kvHeads * headDim],
  ];
  return [
    norm(`${prefix}attn_norm`, hidden),
    ...projections.map(([name, rows]) => matrix(prefix + name, hidden, rows)),
    ...(shape.qkvBias ? projections.map(([name, rows]) => bias(prefix + name, rows)) : []),
    ...(shape.qkNorm ? [norm(`${prefix}attn_q_norm`, headDim), norm(`${prefix}attn_k_norm`, headDim)] : []),
    matrix(`${prefix}attn_output`, heads * headDim, hidden),
    norm(`${prefix}ffn_norm`, hidden),
    ...(shape.experts ? expertTensors(shape, prefix, shape.experts) : denseTensors(shape, prefix)),
  ];
}

const denseTensors = ({ hidden, ffn }: Shape, prefix: string): TensorSpec[] => [
  matrix(`${prefix}ffn_gate`, hidden, ffn),
  matrix(`${prefix}ffn_up`, hidden, ffn),
  matrix(`${prefix}ffn_down`, ffn, hidden),
];

/** The experts of a block lie in one tensor; the router stays as wide as it is. */
const expertTensors = ({ hidden }: Shape, prefix: string, experts: NonNullable<Shape['experts']>): TensorSpec[] => [
  matrix(`${prefix}ffn_gate_inp`, hidden, experts.count),
  matrix(`${prefix}ffn_gate_exps`, hidden, experts.ffn, experts.count),
  matrix(`${prefix}ffn_up_exps`, hidden, experts.ffn, experts.count),
  matrix(`${prefix}ffn_down_exps`, experts.ffn, hidden, experts.count),
];

const matrix = (name: string, ...dims: number[]): TensorSpec => ({
  name: `${name}.weight`,
  dims,
  kind: 'matrix',
});
const norm = (name: string, width: number): TensorSpec => ({ name: `${name}.weight`, dims: [width], kind: 'norm' });
const bias = (name: string, width: number): TensorSpec => ({ name: `${name}.bias`, dims: [width], kind: 'bias' });

export const elementsOf = (dims: readonly number[]): number => dims.reduce((product, dim) => product * dim, 1);
