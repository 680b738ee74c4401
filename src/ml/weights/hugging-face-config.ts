// config.json of Transformers (old and new spellings) to a ModelConfig, and back for models that are written out.
import type { ModelConfig } from '../models/config.ts'
import { isObject, shown } from './hostile.ts'
import { checkedConfig } from './model-limits.ts'

type Rope = NonNullable<ModelConfig['rope']>
type Fields = ReturnType<typeof fieldsOf>

export const SUPPORTED = 'llama, qwen2, qwen3 and gpt2'

/**
 * The constants of a model from its parsed config.json. Refuses, with one line that names the setting, what the models here
 * would compute wrongly: other architectures or activations, sliding windows, unknown RoPE scalings, missing sizes.
 */
export function configFromHuggingFace(json: unknown, what = 'config.json'): ModelConfig {
  if (!isObject(json)) throw new Error(`${what} does not hold a JSON object`)
  const fields = fieldsOf(json, what)
  switch (json['model_type']) {
    case 'llama':
    case 'qwen2':
    case 'qwen3':
      return checkedConfig(llamaLike(json['model_type'], fields), what)
    case 'gpt2':
      return checkedConfig(gpt2(fields), what)
    default:
      throw new Error(`${what}: model_type ${shown(json['model_type'])} is not supported; supported are ${SUPPORTED}`)
  }
}

/**
 * What the model's head is for, by its first architecture: one that classifies is a reward model when it has one label.
 * Refuses classifiers of several labels.
 */
export function headFromHuggingFace(json: Record<string, unknown>, what = 'config.json'): 'language' | 'reward' {
  const [named]: unknown[] = Array.isArray(json['architectures']) ? json['architectures'] : []
  if (typeof named !== 'string' || !named.endsWith('ForSequenceClassification')) return 'language'
  const labels = isObject(json['id2label']) ? Object.keys(json['id2label']).length : json['num_labels']
  if (labels === 1) return 'reward'
  throw new Error(`${what}: a classifier of ${shown(labels ?? 2)} labels is no reward model; supported is one label`)
}

function llamaLike(family: 'llama' | 'qwen2' | 'qwen3', fields: Fields): ModelConfig {
  fields.only('hidden_act', ['silu'], 'silu')
  if (fields.flag('use_sliding_window', false)) fields.refuse('use_sliding_window', 'sliding windows are not supported')
  const layerTypes = fields.raw['layer_types']
  if (Array.isArray(layerTypes) && layerTypes.some((type) => type !== 'full_attention')) {
    fields.refuse('layer_types', 'only full_attention is supported')
  }
  const D = fields.size('hidden_size')
  const heads = fields.size('num_attention_heads')
  return {
    family,
    layers: fields.size('num_hidden_layers'),
    D,
    heads,
    kvHeads: fields.size('num_key_value_heads', heads),
    headDim: fields.size('head_dim', family === 'qwen3' ? 128 : D / heads),
    F: fields.size('intermediate_size'),
    V: fields.size('vocab_size'),
    context: fields.size('max_position_embeddings'),
    normEps: fields.positive('rms_norm_eps', 1e-6),
    tied: fields.flag('tie_word_embeddings', false),
    // Qwen2 has biases on q, k and v whatever its config says, and none on o.
    attentionBias: family === 'qwen2' ? true : fields.flag('attention_bias', false),
    mlpBias: family === 'llama' ? fields.flag('mlp_bias', false) : false,
    rope: ropeOf(fields),
    ...specialIds(fields),
  }
}

function gpt2(fields: Fields): ModelConfig {
  fields.only('activation_function', ['gelu_new', 'gelu_pytorch_tanh'], 'gelu_new')
  if (!fields.flag('scale_attn_weights', true)) fields.refuse('scale_attn_weights', 'only true is supported')
  for (const name of ['scale_attn_by_inverse_layer_idx', 'add_cross_attention']) {
    if (fields.flag(name, false)) fields.refuse(name, 'only false is supported')
  }
  const D = fields.size('n_embd')
  const heads = fields.size('n_head')
  return {
    family: 'gpt2',
    layers: fields.size('n_layer'),
    D,
    heads,
    kvHeads: heads,
    headDim: D / heads,
    F: fields.size('n_inner', 4 * D),
    V: fields.size('vocab_size'),
    context: fields.size('n_positions'),
    normEps: fields.positive('layer_norm_epsilon', 1e-5),
    tied: fields.flag('tie_word_embeddings', true),
    attentionBias: true,
    mlpBias: true,
    rope: null,
    ...specialIds(fields),
  }
}

/** Transformers 5 keeps all of RoPE in rope_parameters, earlier ones theta beside the rest in rope_scaling. */
function ropeOf(fields: Fields): Rope {
  const given = fields.raw['rope_parameters'] ?? fields.raw['rope_scaling'] ?? {}
  if (!isObject(given)) return fields.refuse('rope_parameters', 'it should be an object')
  const rope = fieldsOf(given, `${fields.what}, RoPE settings`)
  if (rope.positive('partial_rotary_factor', fields.positive('partial_rotary_factor', 1)) !== 1) {
    rope.refuse('partial_rotary_factor', 'only 1 is supported')
  }
  const theta = rope.positive('rope_theta', fields.positive('rope_theta', 10_000))
  const kind = given['rope_type'] ?? given['type'] ?? 'default'
  if (kind === 'default') return { theta, scaling: null }
  if (kind === 'linear') return { theta, scaling: { kind, factor: rope.positive('factor') } }
  if (kind === 'llama3') {
    const scaling = {
      kind,
      factor: rope.positive('factor'),
      lowFactor: rope.positive('low_freq_factor'),
      highFactor: rope.positive('high_freq_factor'),
      originalContext: rope.size('original_max_position_embeddings'),
    } as const
    if (scaling.highFactor <= scaling.lowFactor) rope.refuse('high_freq_factor', 'it must be above low_freq_factor')
    return { theta, scaling }
  }
  return rope.refuse('rope_type', 'supported are default, linear and llama3')
}

function specialIds(fields: Fields): Pick<ModelConfig, 'bos' | 'eos' | 'pad'> {
  const eos = fields.raw['eos_token_id']
  return {
    bos: fields.id('bos_token_id'),
    eos: Array.isArray(eos) ? eos.filter(isId) : [fields.id('eos_token_id')].filter(isId),
    pad: fields.id('pad_token_id'),
  }
}

function isId(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0
}

/** Typed views of a parsed object's fields; null counts as missing, as it does for Transformers. */
function fieldsOf(raw: Record<string, unknown>, what: string) {
  function refuse(name: string, reason: string): never {
    throw new Error(`${what}: ${name} is ${shown(raw[name])}; ${reason}`)
  }
  function number(name: string, otherwise: number | undefined): number {
    const value = raw[name] ?? otherwise
    if (value === undefined) throw new Error(`${what}: ${name} is missing`)
    return typeof value === 'number' && Number.isFinite(value) && value > 0
      ? value
      : refuse(name, 'it should be above 0')
  }
  return {
    raw,
    what,
    refuse,
    positive: (name: string, otherwise?: number) => number(name, otherwise),
    size(name: string, otherwise?: number): number {
      const value = number(name, otherwise)
      return Number.isSafeInteger(value) ? value : refuse(name, 'it should be a whole number')
    },
    flag(name: string, otherwise: boolean): boolean {
      const value = raw[name] ?? otherwise
      return typeof value === 'boolean' ? value : refuse(name, 'it should be true or false')
    },
    only(name: string, allowed: readonly string[], otherwise: string): void {
      const value = raw[name] ?? otherwise
      if (!allowed.some((each) => each === value)) refuse(name, `supported is ${allowed.join(', ')}`)
    },
    id(name: string): number | null {
      const value = raw[name]
      return isId(value) ? value : null
    },
  }
}
