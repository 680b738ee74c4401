// 16-bit floats to 32-bit and back: IEEE 754 binary16 (F16) and the upper half of binary32 (BF16).

const scratch = new Uint32Array(1)
const scratchFloat = new Float32Array(scratch.buffer)

function widenedHalf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1
  const exponent = (bits >> 10) & 0x1f
  const fraction = bits & 0x3ff
  if (exponent === 0x1f) return fraction ? NaN : sign * Infinity
  if (exponent === 0) return sign * fraction * 2 ** -24 // subnormal, and both zeros
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15)
}

let table: Float32Array | null = null

/** All 65,536 values of F16, by bit pattern: a look-up is faster than taking each one apart. */
export function halfTable(): Float32Array {
  if (table) return table
  table = new Float32Array(65536)
  for (let bits = 0; bits < 65536; bits++) table[bits] = widenedHalf(bits)
  return table
}

/** F16 bit patterns to floats. */
export function floatsFromHalf(bits: Uint16Array, out: Float32Array, at: number): void {
  const values = halfTable()
  for (let i = 0; i < bits.length; i++) out[at + i] = values[bits[i]!]!
}

/** BF16 bit patterns to floats: the same bits with sixteen zeros behind them. */
export function floatsFromBrain(bits: Uint16Array, out: Float32Array, at: number): void {
  const words = new Uint32Array(out.buffer, out.byteOffset + at * 4, bits.length)
  for (let i = 0; i < bits.length; i++) words[i] = bits[i]! << 16
}

/** One float to BF16 bits, rounded to nearest, ties to even; NaN stays NaN. */
export function brainBits(value: number): number {
  scratchFloat[0] = value
  const bits = scratch[0]!
  if (Number.isNaN(value)) return (bits >>> 16) | 0x40
  return ((bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16) & 0xffff
}

/** One float to F16 bits, rounded to nearest, ties to even; beyond 65,504 it becomes infinity. */
export function halfBits(value: number): number {
  scratchFloat[0] = value
  const bits = scratch[0]!
  const sign = (bits >>> 16) & 0x8000
  if (Number.isNaN(value)) return sign | 0x7e00
  const size = Math.abs(scratchFloat[0])
  if (size >= 65520) return sign | 0x7c00
  if (size < 2 ** -14) return sign | roundedEven(size * 2 ** 24)
  const exponent = ((bits >>> 23) & 0xff) - 127
  // A fraction that rounds up to 1024 carries into the exponent, which is what addition does here.
  return sign | (((exponent + 15) << 10) + roundedEven((size / 2 ** exponent - 1) * 1024))
}

function roundedEven(value: number): number {
  const floor = Math.floor(value)
  const rest = value - floor
  return rest > 0.5 || (rest === 0.5 && floor % 2 === 1) ? floor + 1 : floor
}
