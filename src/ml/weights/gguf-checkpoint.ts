// Opening a GGUF file as a checkpoint: one file holds constants, tokenizer and weights.
import { tokenizerFromGguf } from '../tokenizers/from-gguf.ts'
import { architecture } from './architecture.ts'
import { type Checkpoint, type Stored, checkedTensors } from './checkpoint.ts'
import { configFromGguf } from './gguf-config.ts'
import { huggingFaceLayout } from './gguf-layout.ts'
import { readGgufHeader, readGgufTensor } from './gguf.ts'
import { huggingFaceConfig } from './hugging-face-config-writing.ts'
import type { ByteSource } from './source.ts'

const ROPE_FACTORS = 'rope_freqs.weight'
const ROPE_FACTORS_LIMIT = 4_096

/** Opens a GGUF of the Llama, Qwen2, Qwen3 or GPT-2 architecture. Refusals are one line that starts with `fileName`. */
export async function openGguf(source: ByteSource, fileName: string): Promise<Checkpoint> {
  const header = await readGgufHeader(source, fileName)
  const factors = header.tensors.get(ROPE_FACTORS)
  if (factors && factors.shape[factors.shape.length - 1]! > ROPE_FACTORS_LIMIT) {
    throw new Error(`${fileName}: ${ROPE_FACTORS} is absurdly large`)
  }
  const config = configFromGguf(header, factors ? await readGgufTensor(source, factors, ROPE_FACTORS) : null, fileName)
  const places = new Map(architecture(config, 'language').map((place) => [place.gguf, place]))
  const stored = new Map<string, Stored>()
  for (const [key, tensor] of header.tensors) {
    const place = places.get(key)
    stored.set(key, {
      shape: place?.stored === 'transposed' ? tensor.shape.toReversed() : tensor.shape,
      type: tensor.type.name,
      bytes: tensor.length,
      read: async () => {
        const data = await readGgufTensor(source, tensor, `${fileName}: tensor "${key}"`)
        return huggingFaceLayout(data, place?.shape ?? tensor.shape, place?.stored ?? 'as is')
      },
    })
  }
  return {
    format: 'gguf',
    config,
    head: 'language',
    configJson: huggingFaceConfig(config),
    tokenizer: tokenizerFromGguf(header.metadata, fileName),
    ...checkedTensors(
      config,
      'language',
      stored,
      (place) => place.gguf,
      (key) => key === ROPE_FACTORS,
      fileName,
    ),
  }
}
