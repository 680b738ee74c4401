// A ModelConfig as the config.json that Transformers 4 and 5 read, for models that did not come with one (GGUF).
import type { ModelConfig } from '../models/config.ts'

const CLASSES = {
  llama: 'LlamaForCausalLM',
  qwen2: 'Qwen2ForCausalLM',
  qwen3: 'Qwen3ForCausalLM',
  gpt2: 'GPT2LMHeadModel',
} as const

/**
 * The config.json of a reward model, from that of the model it was made of. Transformers reads the reward at the last token that is not
 * padding: where the model pads with the token that ends a response it must not be named, or the token before would be read.
 */
export function rewardModelConfig(json: Record<string, unknown>, config: ModelConfig): Record<string, unknown> {
  const pad = config.pad !== null && config.eos.includes(config.pad) ? null : config.pad
  return {
    ...json,
    architectures: [CLASSES[config.family].replace(/ForCausalLM$|LMHeadModel$/, 'ForSequenceClassification')],
    id2label: { 0: 'reward' },
    label2id: { reward: 0 },
    pad_token_id: pad,
  }
}

/** The object to write as config.json. RoPE is in the older spelling, which both versions of Transformers take. */
export function huggingFaceConfig(config: ModelConfig): Record<string, unknown> {
  const common = {
    architectures: [CLASSES[config.family]],
    model_type: config.family,
    vocab_size: config.V,
    tie_word_embeddings: config.tied,
    bos_token_id: config.bos,
    eos_token_id: config.eos.length > 1 ? config.eos : (config.eos[0] ?? null),
    pad_token_id: config.pad,
    torch_dtype: 'float32',
    use_cache: true,
  }
  if (config.family === 'gpt2') {
    return {
      ...common,
      n_embd: config.D,
      n_layer: config.layers,
      n_head: config.heads,
      n_inner: config.F,
      n_positions: config.context,
      n_ctx: config.context,
      activation_function: 'gelu_new',
      layer_norm_epsilon: config.normEps,
    }
  }
  return {
    ...common,
    hidden_size: config.D,
    num_hidden_layers: config.layers,
    num_attention_heads: config.heads,
    num_key_value_heads: config.kvHeads,
    head_dim: config.headDim,
    intermediate_size: config.F,
    max_position_embeddings: config.context,
    rms_norm_eps: config.normEps,
    hidden_act: 'silu',
    ...(config.family === 'llama' ? { mlp_bias: config.mlpBias } : {}),
    ...(config.family === 'qwen2' ? {} : { attention_bias: config.attentionBias }),
    ...(config.rope ? { rope_theta: config.rope.theta, rope_scaling: ropeScaling(config.rope.scaling) } : {}),
  }
}

function ropeScaling(scaling: NonNullable<ModelConfig['rope']>['scaling']): Record<string, unknown> | null {
  if (!scaling) return null
  if (scaling.kind === 'linear') return { rope_type: 'linear', factor: scaling.factor }
  return {
    rope_type: 'llama3',
    factor: scaling.factor,
    low_freq_factor: scaling.lowFactor,
    high_freq_factor: scaling.highFactor,
    original_max_position_embeddings: scaling.originalContext,
  }
}
