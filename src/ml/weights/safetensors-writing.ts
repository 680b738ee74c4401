// Writing safetensors as a stream: the header first, then one tensor at a time, so that no checkpoint is ever whole in memory.
import { brainBits, halfBits } from './half.ts'

/** A tensor to be written; the list's order is the file's order. */
export type TensorPlan = { name: string; shape: readonly number[] }

export type WrittenType = 'F32' | 'BF16' | 'F16'

/** Values that are turned into 16 bits at a time. */
const PIECE = 1 << 20

/** Length in bytes of the file that `safetensorsBytes` gives for the same plan. */
export function safetensorsSize(plan: readonly TensorPlan[], dtype: WrittenType = 'F32'): number {
  return headerBytes(plan, dtype).length + plan.reduce((sum, { shape }) => sum + count(shape) * width(dtype), 0)
}

/**
 * The bytes of a safetensors file, in order. `values` is asked once for each tensor, in the plan's order, and must give as
 * many numbers as its shape says. The metadata says `format: pt`, which Transformers and PEFT ask for.
 */
export async function* safetensorsBytes(
  plan: readonly TensorPlan[],
  values: (name: string) => Promise<Float32Array>,
  dtype: WrittenType = 'F32',
): AsyncGenerator<Uint8Array> {
  yield headerBytes(plan, dtype)
  for (const { name, shape } of plan) {
    const data = await values(name)
    if (data.length !== count(shape)) {
      throw new Error(
        `tensor "${name}" has ${data.length} values, its shape [${shape.join(', ')}] needs ${count(shape)}`,
      )
    }
    if (dtype === 'F32') {
      if (data.length) yield new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
      continue
    }
    const bits = dtype === 'BF16' ? brainBits : halfBits
    for (let at = 0; at < data.length; at += PIECE) {
      const piece = Uint16Array.from(data.subarray(at, at + PIECE), bits)
      yield new Uint8Array(piece.buffer)
    }
  }
}

function headerBytes(plan: readonly TensorPlan[], dtype: WrittenType): Uint8Array {
  let offset = 0
  const entries = plan.map(({ name, shape }): [string, unknown] => {
    const from = offset
    offset += count(shape) * width(dtype)
    return [name, { dtype, shape, data_offsets: [from, offset] }]
  })
  const names = new Set(plan.map(({ name }) => name))
  if (names.size !== plan.length || names.has('__metadata__')) throw new Error('two tensors to be written share a name')
  const json = new TextEncoder().encode(
    JSON.stringify(Object.fromEntries([['__metadata__', { format: 'pt' }], ...entries])),
  )
  // Spaces after the JSON put the first tensor on a multiple of eight, where readers may map it as it lies.
  const length = Math.ceil(json.length / 8) * 8
  const bytes = new Uint8Array(8 + length).fill(0x20)
  new DataView(bytes.buffer).setBigUint64(0, BigInt(length), true)
  bytes.set(json, 8)
  return bytes
}

function count(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1)
}

function width(dtype: WrittenType): number {
  return dtype === 'F32' ? 4 : 2
}
