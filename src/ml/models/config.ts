// What a model is, apart from its weights: the constants of its shape, as config.json or GGUF metadata give them.

/** Shape and constants of a decoder-only language model, from config.json or GGUF metadata. */
export type ModelConfig = {
  family: 'llama' | 'qwen2' | 'qwen3' | 'gpt2'
  layers: number
  D: number
  heads: number
  kvHeads: number
  headDim: number
  F: number
  V: number
  context: number
  normEps: number
  tied: boolean
  attentionBias: boolean
  mlpBias: boolean
  rope: {
    theta: number
    scaling:
      | null
      | { kind: 'llama3'; factor: number; lowFactor: number; highFactor: number; originalContext: number }
      | { kind: 'linear'; factor: number }
  } | null
  bos: number | null
  eos: number[]
  pad: number | null
}
