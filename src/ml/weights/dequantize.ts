// Unpacking ggml's block formats to float32 (github.com/ggml-org/ggml, src/ggml-quants.c and ggml-common.h).
import { floatsFromBrain, floatsFromHalf, halfTable } from './half.ts'
import { q4K, q5K, q6K } from './dequantize-k.ts'

/** A block format: `values` numbers are packed into `bytes` bytes. */
export type BlockType = { id: number; name: string; values: number; bytes: number }

/** Unpacks `count` blocks of `bytes`, writing values from `out[at]` on. */
export type Unpack = (bytes: Uint8Array, out: Float32Array, at: number, count: number) => void

const TYPES: readonly (BlockType & { unpack: Unpack })[] = [
  { id: 0, name: 'F32', values: 1, bytes: 4, unpack: f32 },
  { id: 1, name: 'F16', values: 1, bytes: 2, unpack: (bytes, out, at) => floatsFromHalf(words(bytes), out, at) },
  { id: 2, name: 'Q4_0', values: 32, bytes: 18, unpack: q40 },
  { id: 3, name: 'Q4_1', values: 32, bytes: 20, unpack: q41 },
  { id: 6, name: 'Q5_0', values: 32, bytes: 22, unpack: q50 },
  { id: 7, name: 'Q5_1', values: 32, bytes: 24, unpack: q51 },
  { id: 8, name: 'Q8_0', values: 32, bytes: 34, unpack: q80 },
  { id: 12, name: 'Q4_K', values: 256, bytes: 144, unpack: q4K },
  { id: 13, name: 'Q5_K', values: 256, bytes: 176, unpack: q5K },
  { id: 14, name: 'Q6_K', values: 256, bytes: 210, unpack: q6K },
  { id: 30, name: 'BF16', values: 1, bytes: 2, unpack: (bytes, out, at) => floatsFromBrain(words(bytes), out, at) },
]

/** Names of formats that ggml has and this reader has not, for a clear refusal. */
const OTHERS: Readonly<Record<number, string>> = {
  9: 'Q8_1',
  10: 'Q2_K',
  11: 'Q3_K',
  15: 'Q8_K',
  16: 'IQ2_XXS',
  17: 'IQ2_XS',
  18: 'IQ3_XXS',
  19: 'IQ1_S',
  20: 'IQ4_NL',
  21: 'IQ3_S',
  22: 'IQ2_S',
  23: 'IQ4_XS',
  24: 'I8',
  25: 'I16',
  26: 'I32',
  27: 'I64',
  28: 'F64',
  29: 'IQ1_M',
  34: 'TQ1_0',
  35: 'TQ2_0',
  39: 'MXFP4',
}

/** The format of ggml's type number, or a refusal that says which formats are read. */
export function blockType(id: number, what: string): BlockType {
  const type = TYPES.find((each) => each.id === id)
  if (type) return type
  const known = TYPES.map(({ name }) => name).join(', ')
  throw new Error(`${what} is stored as ${OTHERS[id] ?? `type ${id}`}; the formats read are ${known}`)
}

/** Unpacks whole blocks of one format into `out` from index `at` on. `bytes` must hold whole blocks. */
export function dequantizeBlocks(type: BlockType, bytes: Uint8Array, out: Float32Array, at: number): void {
  const unpack = TYPES.find((each) => each.id === type.id)?.unpack
  const count = bytes.length / type.bytes
  if (!unpack || !Number.isInteger(count) || at + count * type.values > out.length) {
    throw new Error(`${bytes.length} bytes are not whole blocks of ${type.name}, or do not fit`)
  }
  unpack(bytes, out, at, count)
}

function words(bytes: Uint8Array): Uint16Array {
  const data = bytes.byteOffset % 2 === 0 ? bytes : bytes.slice()
  return new Uint16Array(data.buffer, data.byteOffset, data.length / 2)
}

function f32(bytes: Uint8Array, out: Float32Array, at: number): void {
  const data = bytes.byteOffset % 4 === 0 ? bytes : bytes.slice()
  out.set(new Float32Array(data.buffer, data.byteOffset, data.length / 4), at)
}

// Nibble formats hold value j in the low half of byte j and value j + 16 in the high half; d and m are F16.

function q40(bytes: Uint8Array, out: Float32Array, at: number, count: number): void {
  const half = halfTable()
  for (let b = 0, p = 0, y = at; b < count; b++, p += 18, y += 32) {
    const d = half[bytes[p]! | (bytes[p + 1]! << 8)]!
    for (let j = 0; j < 16; j++) {
      const q = bytes[p + 2 + j]!
      out[y + j] = ((q & 15) - 8) * d
      out[y + 16 + j] = ((q >> 4) - 8) * d
    }
  }
}

function q41(bytes: Uint8Array, out: Float32Array, at: number, count: number): void {
  const half = halfTable()
  for (let b = 0, p = 0, y = at; b < count; b++, p += 20, y += 32) {
    const d = half[bytes[p]! | (bytes[p + 1]! << 8)]!
    const m = half[bytes[p + 2]! | (bytes[p + 3]! << 8)]!
    for (let j = 0; j < 16; j++) {
      const q = bytes[p + 4 + j]!
      out[y + j] = (q & 15) * d + m
      out[y + 16 + j] = (q >> 4) * d + m
    }
  }
}

// Five-bit formats keep the fifth bits of all 32 values in one word: bit j for value j.

function q50(bytes: Uint8Array, out: Float32Array, at: number, count: number): void {
  const half = halfTable()
  for (let b = 0, p = 0, y = at; b < count; b++, p += 22, y += 32) {
    const d = half[bytes[p]! | (bytes[p + 1]! << 8)]!
    const fifth = bytes[p + 2]! | (bytes[p + 3]! << 8) | (bytes[p + 4]! << 16) | (bytes[p + 5]! << 24)
    for (let j = 0; j < 16; j++) {
      const q = bytes[p + 6 + j]!
      out[y + j] = (((q & 15) | (((fifth >>> j) & 1) << 4)) - 16) * d
      out[y + 16 + j] = (((q >> 4) | (((fifth >>> (j + 16)) & 1) << 4)) - 16) * d
    }
  }
}

function q51(bytes: Uint8Array, out: Float32Array, at: number, count: number): void {
  const half = halfTable()
  for (let b = 0, p = 0, y = at; b < count; b++, p += 24, y += 32) {
    const d = half[bytes[p]! | (bytes[p + 1]! << 8)]!
    const m = half[bytes[p + 2]! | (bytes[p + 3]! << 8)]!
    const fifth = bytes[p + 4]! | (bytes[p + 5]! << 8) | (bytes[p + 6]! << 16) | (bytes[p + 7]! << 24)
    for (let j = 0; j < 16; j++) {
      const q = bytes[p + 8 + j]!
      out[y + j] = ((q & 15) | (((fifth >>> j) & 1) << 4)) * d + m
      out[y + 16 + j] = ((q >> 4) | (((fifth >>> (j + 16)) & 1) << 4)) * d + m
    }
  }
}

function q80(bytes: Uint8Array, out: Float32Array, at: number, count: number): void {
  const half = halfTable()
  for (let b = 0, p = 0, y = at; b < count; b++, p += 34, y += 32) {
    const d = half[bytes[p]! | (bytes[p + 1]! << 8)]!
    for (let j = 0; j < 32; j++) out[y + j] = ((bytes[p + 2 + j]! << 24) >> 24) * d
  }
}
