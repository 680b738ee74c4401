// An opened model, whatever it is stored as: its constants, its tensors under Hugging Face names and layout, its tokenizer.
import type { ModelConfig } from '../models/config.ts'
import type { TokenizerFiles } from '../tokenizers/files.ts'
import { architecture, type TensorPlace } from './architecture.ts'
import { shown } from './hostile.ts'

/** Nothing but tables of contents is in memory; each call of `tensor` reads one tensor. */
export type Checkpoint = {
  format: 'huggingface' | 'gguf'
  config: ModelConfig
  /** What it makes of a hidden state: the next token, or one number, the reward of what ends there. */
  head: 'language' | 'reward'
  /** config.json to write beside this model's weights; the model's own when it came with one. */
  configJson: Record<string, unknown>
  tokenizer: TokenizerFiles
  /** Every tensor of the model in its natural order; exactly what `config` asks for, nothing more. */
  names: string[]
  shape(name: string): number[]
  /** float32 values in row-major order. Fails with one line when the file cannot be read or has changed. */
  tensor(name: string): Promise<Float32Array>
  /** How many tensors are stored in each type, such as `{ Q4_1: 210, F32: 61 }`. */
  storedAs: Record<string, number>
  /** Bytes that the weights take where they are stored. */
  storedBytes: number
}

/** What a format knows of one stored tensor. `shape` is that of what `read` gives. */
export type Stored = { shape: number[]; type: string; bytes: number; read(): Promise<Float32Array> }

/**
 * The tensor part of a checkpoint, after checking that the model's every tensor is stored with the right shape and that
 * nothing is stored that the model would leave unused.
 */
export function checkedTensors(
  config: ModelConfig,
  head: Checkpoint['head'],
  stored: ReadonlyMap<string, Stored>,
  keyOf: (place: TensorPlace) => string,
  unused: (key: string) => boolean,
  what: string,
): Pick<Checkpoint, 'names' | 'shape' | 'tensor' | 'storedAs' | 'storedBytes'> {
  const found = new Map<string, { shape: number[]; at: Stored }>()
  const left = new Set([...stored.keys()].filter((key) => !unused(key)))
  for (const place of architecture(config, head)) {
    const key = keyOf(place)
    const at = stored.get(key)
    if (!at) throw new Error(`${what} has no tensor "${key}", which a ${config.family} model of this config needs`)
    const expected = place.shape
    if (String(at.shape) !== String(expected)) {
      throw new Error(
        `${what}: tensor "${key}" has the shape [${at.shape.join(', ')}], the config says [${expected.join(', ')}]`,
      )
    }
    left.delete(key)
    found.set(place.name, { shape: place.shape, at })
  }
  const [extra] = left
  if (extra !== undefined) {
    throw new Error(
      `${what} has ${left.size} tensors that a ${config.family} model does not use, such as "${shown(extra)}"`,
    )
  }
  const of = (name: string) => {
    const tensor = found.get(name)
    if (!tensor) throw new Error(`${what}: the model has no tensor "${name}"`)
    return tensor
  }
  const storedAs: Record<string, number> = {}
  for (const { at } of found.values()) storedAs[at.type] = (storedAs[at.type] ?? 0) + 1
  return {
    names: [...found.keys()],
    shape: (name) => [...of(name).shape],
    tensor: (name) => of(name).at.read(),
    storedAs,
    storedBytes: [...found.values()].reduce((sum, { at }) => sum + at.bytes, 0),
  }
}
