// A model small enough to compute by brute force.
import type { ModelConfig } from '../../../src/ml/models/config.ts'

export const tinyConfig: ModelConfig = {
  family: 'llama',
  layers: 2,
  D: 16,
  heads: 4,
  kvHeads: 2,
  headDim: 6,
  F: 24,
  V: 40,
  context: 96,
  normEps: 1e-5,
  tied: true,
  attentionBias: false,
  mlpBias: false,
  rope: { theta: 100, scaling: null },
  bos: 1,
  eos: [2],
  pad: 2,
}
