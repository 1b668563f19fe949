import type { Shape } from '../core/model.js';
import { table } from '../core/table.js';
import { bias, matrix, norm, type TensorSpec } from './tensor-spec.js';

type Block = (shape: Shape, prefix: string) => TensorSpec[];

/** The block of Qwen and Llama, and of all that differ from it in what they compute alone. */
const usual: Block = (shape, prefix) => [
  norm(`${prefix}attn_norm`, shape.hidden),
  ...projections(shape, prefix),
  matrix(`${prefix}attn_output`, shape.heads * shape.headDim, shape.hidden),
  norm(`${prefix}ffn_norm`, shape.hidden),
  ...(shape.experts ? expertTensors(shape, prefix, shape.experts) : denseTensors(shape, prefix)),
];

/** Blocks that hold something else, by architecture; from `load_arch_tensors` of llama.cpp's src/models. */
const BLOCKS = table<Record<string, Block>>({
  gemma3: (shape, prefix) => [
    ...usual(shape, prefix),
    norm(`${prefix}post_attention_norm`, shape.hidden),
    norm(`${prefix}post_ffw_norm`, shape.hidden),
  ],
  'gpt-oss': (shape, prefix) => [
    ...usual(shape, prefix).filter(({ name }) => name !== `${prefix}ffn_norm.weight`),
    norm(`${prefix}post_attention_norm`, shape.hidden),
    bias(`${prefix}attn_output`, shape.hidden),
    { name: `${prefix}attn_sinks.weight`, dims: [shape.heads], kind: 'bias' },
    ...(shape.experts ? expertBiases(shape, prefix, shape.experts) : []),
  ],
  phi3: (shape, prefix) => {
    const { hidden, heads, kvHeads, headDim, ffn } = shape;
    return [
      norm(`${prefix}attn_norm`, hidden),
      matrix(`${prefix}attn_qkv`, hidden, (heads + 2 * kvHeads) * headDim),
      matrix(`${prefix}attn_output`, heads * headDim, hidden),
      norm(`${prefix}ffn_norm`, hidden),
      matrix(`${prefix}ffn_up`, hidden, 2 * ffn),
      matrix(`${prefix}ffn_down`, ffn, hidden),
    ];
  },
});

/** Tensors of one transformer block, whose names begin with `prefix`. */
export const blockTensors: Block = (shape, prefix) => (BLOCKS[shape.architecture] ?? usual)(shape, prefix);

function projections(shape: Shape, prefix: string): TensorSpec[] {
  const { hidden, heads, kvHeads, headDim } = shape;
  const rows: [string, number][] = [
    ['attn_q', heads * headDim],
    ['attn_k', kvHeads * headDim],
    ['attn_v', kvHeads * headDim],
  ];
  return [
    ...rows.map(([name, count]) => matrix(prefix + name, hidden, count)),
    ...(shape.qkvBias ? rows.map(([name, count]) => bias(prefix + name, count)) : []),
    ...(shape.qkNorm ? [norm(`${prefix}attn_q_norm`, headDim), norm(`${prefix}attn_k_norm`, headDim)] : []),
  ];
}

const denseTensors: Block = ({ hidden, ffn }, prefix) => [
  matrix(`${prefix}ffn_gate`, hidden, ffn),
  matrix(`${prefix}ffn_up`, hidden, ffn),
  matrix(`${prefix}ffn_down`, ffn, hidden),
];

type Experts = NonNullable<Shape['experts']>;

/** The experts of a block lie in one tensor; the router stays as wide as it is. */
const expertTensors = ({ hidden }: Shape, prefix: string, { count, ffn }: Experts): TensorSpec[] => [
  matrix(`${prefix}ffn_gate_inp`, hidden, count),
  matrix(`${prefix}ffn_gate_exps`, hidden, ffn, count),
  matrix(`${prefix}ffn_up_exps`, hidden, ffn, count),
  matrix(`${prefix}ffn_down_exps`, ffn, hidden, count),
];

const expertBiases = ({ hidden }: Shape, prefix: string, { count, ffn }: Experts): TensorSpec[] => [
  bias(`${prefix}ffn_gate_inp`, count),
  bias(`${prefix}ffn_gate_exps`, ffn, count),
  bias(`${prefix}ffn_up_exps`, ffn, count),
  bias(`${prefix}ffn_down_exps`, hidden, count),
];
