import type { Work } from '../decoding/decoder.js';
import type { DecoderGraph, InputRole } from './decoder-graph.js';
import { type HostTensor, integers } from './tensor.js';

/** Inputs of one step except the caches. All works have the same number of tokens, and one alone unless that is 1. */
export function stepInputs(graph: DecoderGraph, works: readonly Work[]): Map<string, HostTensor> {
  const [{ tokens, past, rows }] = works as [Work];
  const count = tokens.length;
  const total = past + count;
  const from = rows === 'all' ? 0 : count - 1;
  const values: Record<InputRole, () => [number[], number[]]> = {
    input_ids: () => [[works.length, count], works.flatMap((work) => work.tokens)],
    past_lengths: () => [[works.length], works.map((work) => work.past)],
    logits_positions: () => [[count - from], range(from, count)],
    attention_mask: () => [[1, total], new Array<number>(total).fill(1)],
    position_ids: () => [[1, count], range(past, total)],
    num_logits_to_keep: () => [[], [count - from]],
  };
  const inputs = new Map<string, HostTensor>();
  for (const [role, { elementType }] of graph.inputs) {
    const [dims, numbers] = values[role]();
    inputs.set(role, integers(elementType, dims, numbers));
  }
  return inputs;
}

const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, i) => from + i);
