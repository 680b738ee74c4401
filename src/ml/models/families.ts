// Which architecture a configuration asks for.
import type { Architecture } from './architecture.ts'
import type { ModelConfig } from './config.ts'
import { gpt2 } from './gpt2.ts'
import { llama } from './llama.ts'

/** The family's embedding, block and names. */
export function architecture(config: ModelConfig): Architecture {
  return config.family === 'gpt2' ? gpt2 : llama
}
