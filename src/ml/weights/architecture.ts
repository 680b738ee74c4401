// Which tensors a model consists of: Hugging Face names and shapes in order, and GGUF's names for the same (tensor_mapping.py).
import type { ModelConfig } from '../models/config.ts'

/** One tensor: its name and shape in Transformers, its name in GGUF, and what llama.cpp's converter did to it. */
export type TensorPlace = {
  name: string
  shape: number[]
  gguf: string
  /** `heads`: rows of each head interleaved for ggml's RoPE. `transposed`: stored [out, in] instead of Conv1D's [in, out]. */
  stored: 'as is' | { heads: number } | 'transposed'
}

/**
 * Every tensor of the model, in the order of its layers. `lm_head.weight` is there only when it is not tied, and a reward model has
 * `score.weight` in its place, which GGUF has no name for.
 */
export function architecture(config: ModelConfig, head: 'language' | 'reward'): TensorPlace[] {
  const { family, D } = config
  const places = family === 'gpt2' ? gpt2(config) : llamaLike(config)
  if (head === 'language') return places
  return [...places.filter(({ name }) => name !== 'lm_head.weight'), place(rewardHead, [1, D], '')]
}

/** The head of a reward model, as Transformers names it. */
export const rewardHead = 'score.weight'

function llamaLike(config: ModelConfig): TensorPlace[] {
  const { family, layers, D, heads, kvHeads, headDim, F, V, attentionBias, mlpBias } = config
  const places: TensorPlace[] = [place('model.embed_tokens.weight', [V, D], 'token_embd.weight')]
  // Only the converter of the llama architecture reorders rows; Qwen's rotary form is already ggml's "neox" one.
  const rows = (count: number) => (family === 'llama' ? { heads: count } : 'as is')
  const [Q, K] = [heads * headDim, kvHeads * headDim]
  for (let i = 0; i < layers; i++) {
    const linear = (
      name: string,
      gguf: string,
      shape: [number, number],
      bias: boolean,
      stored: TensorPlace['stored'] = 'as is',
    ) => {
      places.push(place(`model.layers.${i}.${name}.weight`, shape, `blk.${i}.${gguf}.weight`, stored))
      if (bias) places.push(place(`model.layers.${i}.${name}.bias`, [shape[0]], `blk.${i}.${gguf}.bias`, stored))
    }
    const norm = (name: string, gguf: string, size: number) =>
      places.push(place(`model.layers.${i}.${name}.weight`, [size], `blk.${i}.${gguf}.weight`))
    norm('input_layernorm', 'attn_norm', D)
    linear('self_attn.q_proj', 'attn_q', [Q, D], attentionBias, rows(heads))
    linear('self_attn.k_proj', 'attn_k', [K, D], attentionBias, rows(kvHeads))
    linear('self_attn.v_proj', 'attn_v', [K, D], attentionBias)
    linear('self_attn.o_proj', 'attn_output', [D, Q], attentionBias && family !== 'qwen2')
    if (family === 'qwen3') {
      norm('self_attn.q_norm', 'attn_q_norm', headDim)
      norm('self_attn.k_norm', 'attn_k_norm', headDim)
    }
    norm('post_attention_layernorm', 'ffn_norm', D)
    linear('mlp.gate_proj', 'ffn_gate', [F, D], mlpBias)
    linear('mlp.up_proj', 'ffn_up', [F, D], mlpBias)
    linear('mlp.down_proj', 'ffn_down', [D, F], mlpBias)
  }
  places.push(place('model.norm.weight', [D], 'output_norm.weight'))
  if (!config.tied) places.push(place('lm_head.weight', [V, D], 'output.weight'))
  return places
}

function gpt2({ layers, D, F, V, context, tied }: ModelConfig): TensorPlace[] {
  const places: TensorPlace[] = [
    place('transformer.wte.weight', [V, D], 'token_embd.weight'),
    place('transformer.wpe.weight', [context, D], 'position_embd.weight'),
  ]
  const pair = (name: string, gguf: string, shape: number[], bias: number, stored: TensorPlace['stored'] = 'as is') => {
    places.push(place(`transformer.${name}.weight`, shape, `${gguf}.weight`, stored))
    places.push(place(`transformer.${name}.bias`, [bias], `${gguf}.bias`))
  }
  for (let i = 0; i < layers; i++) {
    pair(`h.${i}.ln_1`, `blk.${i}.attn_norm`, [D], D)
    pair(`h.${i}.attn.c_attn`, `blk.${i}.attn_qkv`, [D, 3 * D], 3 * D, 'transposed')
    pair(`h.${i}.attn.c_proj`, `blk.${i}.attn_output`, [D, D], D, 'transposed')
    pair(`h.${i}.ln_2`, `blk.${i}.ffn_norm`, [D], D)
    pair(`h.${i}.mlp.c_fc`, `blk.${i}.ffn_up`, [D, F], F, 'transposed')
    pair(`h.${i}.mlp.c_proj`, `blk.${i}.ffn_down`, [F, D], D, 'transposed')
  }
  pair('ln_f', 'output_norm', [D], D)
  if (!tied) places.push(place('lm_head.weight', [V, D], 'output.weight'))
  return places
}

function place(name: string, shape: number[], gguf: string, stored: TensorPlace['stored'] = 'as is'): TensorPlace {
  return { name, shape, gguf, stored }
}
