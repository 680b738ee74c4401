// config.json: what real files say comes out as the models compute it; what they cannot compute is refused by name.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { huggingFaceConfig, rewardModelConfig } from '../../../src/ml/weights/hugging-face-config-writing.ts'
import { configFromHuggingFace, headFromHuggingFace } from '../../../src/ml/weights/hugging-face-config.ts'

const fixture = async (name: string): Promise<Record<string, unknown>> =>
  JSON.parse(await readFile(join(import.meta.dirname, `../../parity/fixtures/${name}/config.json`), 'utf8'))

const common = { layers: 2, heads: 4, V: 256, context: 128, bos: 188, eos: [188], pad: 188 }

test.each([
  [
    'tiny-llama',
    {
      family: 'llama',
      ...{ ...common, D: 64, kvHeads: 2, headDim: 16, F: 112, normEps: 1e-5, tied: false },
      ...{ attentionBias: false, mlpBias: false, rope: { theta: 10000, scaling: null } },
    },
  ],
  [
    'tiny-qwen2',
    {
      family: 'qwen2',
      ...{ ...common, D: 48, kvHeads: 2, headDim: 12, F: 96, normEps: 1e-6, tied: true },
      ...{ attentionBias: true, mlpBias: false, rope: { theta: 1000000, scaling: null } },
    },
  ],
  [
    'tiny-gpt2',
    {
      family: 'gpt2',
      ...{ ...common, D: 48, kvHeads: 4, headDim: 12, F: 192, normEps: 1e-5, tied: true },
      ...{ attentionBias: true, mlpBias: true, rope: null },
    },
  ],
])('%s, written by Transformers 5', async (name, expected) => {
  const config = configFromHuggingFace(await fixture(name))
  expect(config).toEqual(expected)
  expect(configFromHuggingFace(huggingFaceConfig(config))).toEqual(config)
})

/** Llama 3.2 1B's config.json as Transformers 4 wrote it, in what matters. */
const llama32 = {
  model_type: 'llama',
  hidden_act: 'silu',
  hidden_size: 2048,
  num_hidden_layers: 16,
  num_attention_heads: 32,
  num_key_value_heads: 8,
  head_dim: 64,
  intermediate_size: 8192,
  vocab_size: 128256,
  max_position_embeddings: 131072,
  rms_norm_eps: 1e-5,
  rope_theta: 500000.0,
  rope_scaling: {
    factor: 32.0,
    high_freq_factor: 4.0,
    low_freq_factor: 1.0,
    original_max_position_embeddings: 8192,
    rope_type: 'llama3',
  },
  tie_word_embeddings: true,
  bos_token_id: 128000,
  eos_token_id: [128001, 128008, 128009],
}
const scaled = {
  theta: 500000,
  scaling: { kind: 'llama3', factor: 32, lowFactor: 1, highFactor: 4, originalContext: 8192 },
}

test('the old and the new spelling of RoPE say the same', () => {
  const old = configFromHuggingFace(llama32)
  const { rope_theta, rope_scaling, ...rest } = llama32
  const renewed = configFromHuggingFace({ ...rest, rope_parameters: { ...rope_scaling, rope_theta } })
  expect(old.rope).toEqual(scaled)
  expect(renewed).toEqual(old)
  expect(old.eos).toEqual([128001, 128008, 128009])
  expect(old.pad).toBeNull()
})

test('linear scaling, in the oldest spelling', () => {
  const { rope } = configFromHuggingFace({ ...llama32, rope_scaling: { type: 'linear', factor: 4 } })
  expect(rope?.scaling).toEqual({ kind: 'linear', factor: 4 })
})

test.each<[string, object, RegExp]>([
  [
    'llama',
    { model_type: 'mistral' },
    /model_type mistral is not supported; supported are llama, qwen2, qwen3 and gpt2/,
  ],
  ['llama', { model_type: undefined }, /model_type nothing is not supported/],
  ['llama', { hidden_act: 'gelu' }, /hidden_act is gelu; supported is silu/],
  ['llama', { hidden_size: undefined }, /hidden_size is missing/],
  ['llama', { hidden_size: '64' }, /hidden_size is 64; it should be above 0/],
  ['llama', { num_hidden_layers: 1e9 }, /number of layers would be 1000000000; possible are 1 to 512/],
  ['llama', { num_attention_heads: 2.5 }, /whole number/],
  ['llama', { num_key_value_heads: 3 }, /4 heads cannot share 3/],
  [
    'llama',
    { rope_parameters: { rope_type: 'yarn', factor: 4 } },
    /rope_type is yarn; supported are default, linear and llama3/,
  ],
  ['llama', { rope_parameters: { rope_type: 'llama3', factor: 4 } }, /low_freq_factor is missing/],
  ['llama', { rope_parameters: { partial_rotary_factor: 0.5 } }, /only 1 is supported/],
  ['qwen2', { use_sliding_window: true }, /sliding windows are not supported/],
  ['qwen2', { layer_types: ['full_attention', 'sliding_attention'] }, /only full_attention/],
  ['gpt2', { activation_function: 'relu' }, /activation_function is relu; supported is gelu_new/],
  ['gpt2', { scale_attn_weights: false }, /scale_attn_weights is false; only true/],
])('%s with %j is refused in one line', async (name, change, line) => {
  const json = { ...(await fixture(`tiny-${name}`)), ...change }
  expect(() => configFromHuggingFace(json)).toThrow(line)
  expect(() => configFromHuggingFace(json)).toThrow(/^config\.json[^\n]*$/)
})

test('what is no object is refused', () => {
  expect(() => configFromHuggingFace([])).toThrow('config.json does not hold a JSON object')
})

test('a classifier of one label is a reward model, of several it is refused', () => {
  expect(headFromHuggingFace({ architectures: ['LlamaForCausalLM'] })).toBe('language')
  expect(headFromHuggingFace({})).toBe('language')
  const classifier = { architectures: ['LlamaForSequenceClassification'] }
  expect(headFromHuggingFace({ ...classifier, id2label: { 0: 'LABEL_0' } })).toBe('reward')
  expect(headFromHuggingFace({ ...classifier, num_labels: 1 })).toBe('reward')
  expect(() => headFromHuggingFace({ ...classifier, id2label: { 0: 'a', 1: 'b' } })).toThrow(/classifier of 2 labels/)
  // Transformers takes two where nothing is said.
  expect(() => headFromHuggingFace(classifier)).toThrow(/classifier of 2 labels/)
})

test('a reward model that pads with its end of sequence names no padding', async () => {
  const config = configFromHuggingFace(await fixture('tiny-llama'))
  const written = (pad: number | null) => rewardModelConfig({ architectures: ['LlamaForCausalLM'] }, { ...config, pad })
  const [eos] = config.eos
  expect(written(eos ?? null)).toMatchObject({ pad_token_id: null })
  expect(written(3)).toMatchObject({ architectures: ['LlamaForSequenceClassification'], pad_token_id: 3 })
})
