// The tensors that a checkpoint is checked for are the parameters that the models compute with, in every variant.
import { expect, test } from 'vitest'
import type { ModelConfig } from '../../../src/ml/models/config.ts'
import { parameterShapes } from '../../../src/ml/models/shapes.ts'
import { architecture } from '../../../src/ml/weights/architecture.ts'

const base: ModelConfig = {
  family: 'llama',
  ...{ layers: 2, D: 64, heads: 4, kvHeads: 2, headDim: 32, F: 96, V: 300, context: 128, normEps: 1e-5 },
  ...{ tied: false, attentionBias: false, mlpBias: false, rope: { theta: 10000, scaling: null } },
  ...{ bos: 1, eos: [2], pad: null },
}
const gpt2 = { family: 'gpt2', kvHeads: 4, headDim: 16, attentionBias: true, mlpBias: true, rope: null } as const

test.each<Partial<ModelConfig>>([
  { family: 'llama' },
  { family: 'llama', attentionBias: true, mlpBias: true, tied: true },
  { family: 'qwen2', attentionBias: true },
  { family: 'qwen3' },
  { family: 'qwen3', attentionBias: true },
  gpt2,
  { ...gpt2, tied: true },
])('%j', (variant) => {
  const config = { ...base, ...variant }
  const places = architecture(config, 'language')
  expect(Object.fromEntries(places.map(({ name, shape }) => [name, shape]))).toEqual(parameterShapes(config))
  expect(new Set(places.map(({ gguf }) => gguf)).size).toBe(places.length)
  const reward = architecture(config, 'reward').map(({ name, shape }) => [name, shape])
  const { 'lm_head.weight': _, ...shapes } = parameterShapes(config)
  expect(Object.fromEntries(reward)).toEqual({ ...shapes, 'score.weight': [1, config.D] })
})
