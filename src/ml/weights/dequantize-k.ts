// Unpacking ggml's K formats: 256 values in super-blocks whose parts have scales of their own (ggml-quants.c).
import { halfTable } from './half.ts'

// Q4_K and Q5_K: eight parts of 32 values; scale and minimum of each are 6 bits, packed into 12 bytes.

function scaleOf(bytes: Uint8Array, p: number, part: number): number {
  if (part < 4) return bytes[p + part]! & 63
  return (bytes[p + part + 4]! & 15) | ((bytes[p + part - 4]! >> 6) << 4)
}

function minimumOf(bytes: Uint8Array, p: number, part: number): number {
  if (part < 4) return bytes[p + part + 4]! & 63
  return (bytes[p + part + 4]! >> 4) | ((bytes[p + part]! >> 6) << 4)
}

/** 144 bytes: d, dmin (F16), 12 of scales, 128 of nibbles. */
export function q4K(bytes: Uint8Array, out: Float32Array, at: number, count: number): void {
  const half = halfTable()
  for (let b = 0, p = 0, y = at; b < count; b++, p += 144, y += 256) {
    const d = half[bytes[p]! | (bytes[p + 1]! << 8)]!
    const dmin = half[bytes[p + 2]! | (bytes[p + 3]! << 8)]!
    for (let part = 0; part < 8; part++) {
      const scale = d * scaleOf(bytes, p + 4, part)
      const minimum = dmin * minimumOf(bytes, p + 4, part)
      const from = p + 16 + (part >> 1) * 32
      const shift = (part & 1) * 4
      for (let l = 0; l < 32; l++) out[y + part * 32 + l] = scale * ((bytes[from + l]! >> shift) & 15) - minimum
    }
  }
}

/** 176 bytes: d, dmin (F16), 12 of scales, 32 of fifth bits (bit `part` of byte l), 128 of nibbles. */
export function q5K(bytes: Uint8Array, out: Float32Array, at: number, count: number): void {
  const half = halfTable()
  for (let b = 0, p = 0, y = at; b < count; b++, p += 176, y += 256) {
    const d = half[bytes[p]! | (bytes[p + 1]! << 8)]!
    const dmin = half[bytes[p + 2]! | (bytes[p + 3]! << 8)]!
    for (let part = 0; part < 8; part++) {
      const scale = d * scaleOf(bytes, p + 4, part)
      const minimum = dmin * minimumOf(bytes, p + 4, part)
      const from = p + 48 + (part >> 1) * 32
      const shift = (part & 1) * 4
      for (let l = 0; l < 32; l++) {
        const q = ((bytes[from + l]! >> shift) & 15) | (((bytes[p + 16 + l]! >> part) & 1) << 4)
        out[y + part * 32 + l] = scale * q - minimum
      }
    }
  }
}

/** 210 bytes: 128 of low nibbles, 64 of high bit pairs, 16 signed scales (one for 16 values), d (F16). */
export function q6K(bytes: Uint8Array, out: Float32Array, at: number, count: number): void {
  const half = halfTable()
  for (let b = 0, p = 0, y = at; b < count; b++, p += 210, y += 256) {
    const d = half[bytes[p + 208]! | (bytes[p + 209]! << 8)]!
    for (let part = 0; part < 8; part++) {
      // Each half of 128 values: its nibbles are 64 bytes (parts 0, 1 low, then 2, 3 high), its bit pairs 32 bytes.
      const low = p + (part >> 2) * 64 + (part & 1) * 32
      const high = p + 128 + (part >> 2) * 32
      const nibble = ((part >> 1) & 1) * 4
      const pair = (part & 3) * 2
      for (let l = 0; l < 32; l++) {
        const q = (((bytes[low + l]! >> nibble) & 15) | (((bytes[high + l]! >> pair) & 3) << 4)) - 32
        const scale = (bytes[p + 192 + part * 2 + (l >> 4)]! << 24) >> 24
        out[y + part * 32 + l] = d * scale * q
      }
    }
  }
}
