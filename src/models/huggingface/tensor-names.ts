import { table } from '../../core/table.js';

const BLOCK: Record<string, string> = table({
  attn_norm: 'input_layernorm',
  attn_q: 'self_attn.q_proj',
  attn_k: 'self_attn.k_proj',
  attn_v: 'self_attn.v_proj',
  attn_q_norm: 'self_attn.q_norm',
  attn_k_norm: 'self_attn.k_norm',
  attn_output: 'self_attn.o_proj',
  ffn_norm: 'post_attention_layernorm',
  ffn_gate: 'mlp.gate_proj',
  ffn_up: 'mlp.up_proj',
  ffn_down: 'mlp.down_proj',
});
const OUTER: Record<string, string> = table({
  token_embd: 'model.embed_tokens',
  output_norm: 'model.norm',
  output: 'lm_head',
});

/** The Hugging Face name of a GGUF tensor, for example `blk.3.attn_q.bias` → `model.layers.3.self_attn.q_proj.bias`. */
export function huggingFaceName(name: string): string {
  const [, layer, part, kind] = /^(?:blk\.(\d+)\.)?(\w+)\.(weight|bias)$/.exec(name)!;
  return layer === undefined ? `${OUTER[part!]}.${kind}` : `model.layers.${layer}.${BLOCK[part!]}.${kind}`;
}
