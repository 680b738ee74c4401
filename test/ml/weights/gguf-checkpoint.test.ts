// GGUF models open under Hugging Face names and in Hugging Face layout, whatever llama.cpp's converter did to them.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parameterCount } from '../../../src/ml/models/shapes.ts'
import { configFromGguf } from '../../../src/ml/weights/gguf-config.ts'
import { openGguf } from '../../../src/ml/weights/gguf-checkpoint.ts'
import { type GgufHeader, readGgufHeader } from '../../../src/ml/weights/gguf.ts'
import { configFromHuggingFace } from '../../../src/ml/weights/hugging-face-config.ts'
import type { GgufValue } from '../../../src/ml/weights/gguf-reading.ts'
import { memorySource } from '../../../src/ml/weights/source.ts'

const source = async (family: string) =>
  memorySource(new Uint8Array(await readFile(join(import.meta.dirname, `fixtures/${family}.gguf`))))

const shape = { layers: 1, D: 32, heads: 4, kvHeads: 2, headDim: 8, F: 48, V: 40, context: 64, normEps: 1e-5 }
const ids = { bos: 27, eos: [28], pad: null }

test.each([
  [
    'llama',
    {
      tied: true,
      attentionBias: false,
      mlpBias: false,
      rope: {
        theta: 500000,
        scaling: { kind: 'llama3', factor: 32, lowFactor: 1, highFactor: 4, originalContext: 8192 },
      },
    },
  ],
  ['qwen2', { tied: false, attentionBias: true, mlpBias: false, rope: { theta: 500000, scaling: null } }],
  ['qwen3', { tied: false, attentionBias: false, mlpBias: false, rope: { theta: 500000, scaling: null } }],
  ['gpt2', { kvHeads: 4, tied: true, attentionBias: true, mlpBias: true, rope: null }],
])('a %s GGUF gives its constants and its tensors in order', async (family, own) => {
  const { config, names, tensor, shape: shapeOf, storedAs, configJson } = await openGguf(await source(family), 'm.gguf')
  expect(config).toEqual({ family, ...shape, ...own, ...ids })
  expect(configFromHuggingFace(configJson)).toEqual(config)
  let parameters = 0
  for (const name of names) {
    const data = await tensor(name)
    expect(data.length, name).toBe(shapeOf(name).reduce((a, b) => a * b))
    expect(
      data.every((value, i) => value === i),
      name,
    ).toBe(true)
    parameters += data.length
  }
  expect(parameterCount(config)).toBe(parameters)
  expect(storedAs).toEqual({ F32: names.length })
  expect(names).toContain(
    family === 'gpt2' ? 'transformer.h.0.attn.c_attn.weight' : 'model.layers.0.self_attn.q_proj.weight',
  )
})

/** A header with some metadata changed; null takes an entry out. */
async function changed(family: string, metadata: Record<string, GgufValue | null>): Promise<GgufHeader> {
  const header = await readGgufHeader(await source(family))
  const merged = <T>(map: ReadonlyMap<string, T>, changes: Record<string, T | null>) => {
    const out = new Map(map)
    for (const [key, value] of Object.entries(changes)) {
      if (value === null) out.delete(key)
      else out.set(key, value)
    }
    return out
  }
  return { ...header, metadata: merged(header.metadata, metadata) }
}

test.each<[Record<string, GgufValue | null>, RegExp]>([
  [{ 'general.architecture': 'mamba' }, /mamba is not supported; supported are llama, qwen2/],
  [{ 'llama.block_count': null }, /llama\.block_count is missing/],
  [{ 'llama.block_count': 10 ** 6 }, /number of layers would be 1000000/],
  [{ 'llama.attention.head_count': [4, 4] }, /head_count is \[4,4\]/],
  [{ 'llama.attention.head_count_kv': 3 }, /4 heads cannot share 3/],
  [{ 'llama.expert_count': 8 }, /expert_count 8 is not supported/],
  [{ 'llama.attention.sliding_window': 4096 }, /sliding_window 4096 is not supported/],
  [{ 'llama.rope.dimension_count': 4 }, /RoPE over 4 of 8 dimensions/],
  [{ 'llama.rope.scaling.type': 'yarn' }, /RoPE scaling yarn is not supported/],
  [{ 'llama.attention.value_length': 16 }, /different sizes/],
])('%j is refused', async (metadata, line) => {
  const header = await changed('llama', metadata)
  expect(() => configFromGguf(header, null, 'm.gguf')).toThrow(line)
})

test('linear scaling is read, foreign RoPE factors are refused', async () => {
  const linear = await changed('llama', { 'llama.rope.scaling.type': 'linear', 'llama.rope.scaling.factor': 4 })
  expect(configFromGguf(linear, null).rope).toEqual({ theta: 500000, scaling: { kind: 'linear', factor: 4 } })
  const plain = await changed('llama', {})
  expect(configFromGguf(plain, Float32Array.of(1, 1, 1, 1)).rope?.scaling).toBeNull()
  expect(() => configFromGguf(plain, Float32Array.of(1, 2, 3, 8))).toThrow(/not the RoPE scaling of Llama 3/)
})
