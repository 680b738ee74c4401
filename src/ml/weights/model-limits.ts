// Bounds on a model's sizes, checked before anything is allocated from them.
import type { ModelConfig } from '../models/config.ts'

const LIMITS = {
  layers: 512,
  D: 65_536,
  heads: 1_024,
  kvHeads: 1_024,
  headDim: 4_096,
  F: 1_048_576,
  V: 4_194_304,
  context: 2 ** 31,
} as const

/** The config itself when its sizes are possible and fit together; one line that starts with `what` when not. */
export function checkedConfig(config: ModelConfig, what: string): ModelConfig {
  for (const [name, limit] of Object.entries(LIMITS) as [keyof typeof LIMITS, number][]) {
    const size = config[name]
    if (!Number.isSafeInteger(size) || size < 1 || size > limit) {
      throw new Error(`${what}: the model's ${WORDS[name]} would be ${size}; possible are 1 to ${limit}`)
    }
  }
  const { heads, kvHeads, headDim } = config
  if (heads % kvHeads !== 0) throw new Error(`${what}: ${heads} heads cannot share ${kvHeads} key-value heads evenly`)
  if (config.rope && headDim % 2 !== 0) throw new Error(`${what}: RoPE needs an even head size, not ${headDim}`)
  return config
}

const WORDS: Readonly<Record<keyof typeof LIMITS, string>> = {
  layers: 'number of layers',
  D: 'hidden size',
  heads: 'number of heads',
  kvHeads: 'number of key-value heads',
  headDim: 'head size',
  F: 'feed-forward size',
  V: 'vocabulary size',
  context: 'context length',
}
