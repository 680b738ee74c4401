// Random numbers without state: the value at an index is a hash of the seed, the labels and the index.
// So a draw never depends on how many were drawn before it. Mixing steps after lowbias32 (C. Wellons, "hash prospector").

/** A stream of independent random numbers, read at any index >= 0 and in any order. */
export type RandomStream = {
  /** 32 random bits, 0 to 2^32 - 1. */
  bits(index: number): number
  /** Uniform in [0, 1), in steps of 2^-32. */
  uniform(index: number): number
  /** Uniform integer in [0, count). */
  integer(index: number, count: number): number
  /** Standard normal. */
  normal(index: number): number
}

/** The stream of a seed (any safe integer) and its labels, e.g. `randomStream(7, 'shuffle', epoch)`. */
export function randomStream(seed: number, ...labels: readonly (string | number)[]): RandomStream {
  if (!Number.isSafeInteger(seed)) throw new Error(`The seed must be a whole number, got ${seed}.`)
  let low = absorbNumber(0x6a09e667, seed)
  let high = absorbNumber(0xbb67ae85, seed)
  for (const label of labels) {
    low = typeof label === 'string' ? absorbText(low, label) : absorbNumber(low, label)
    high = typeof label === 'string' ? absorbText(high, label) : absorbNumber(high, label)
  }
  const bits = (index: number) =>
    mixed((mixed((low + Math.imul(index, 0x9e3779b9)) | 0) ^ high ^ upperWord(index)) | 0) >>> 0
  const uniform = (index: number) => bits(index) / 2 ** 32
  return {
    bits,
    uniform,
    integer: (index, count) => Math.floor(uniform(index) * count),
    // Box-Muller; half a step is added so that the logarithm never sees zero.
    normal: (index) =>
      Math.sqrt(-2 * Math.log(uniform(2 * index) + 2 ** -33)) * Math.cos(2 * Math.PI * uniform(2 * index + 1)),
  }
}

/** A random order of 0 .. count-1 (Fisher and Yates). */
export function permutation(stream: RandomStream, count: number): number[] {
  const order = Array.from({ length: count }, (_, i) => i)
  for (let last = count - 1; last > 0; last--) {
    const other = stream.integer(last, last + 1)
    const moved = order[last]!
    order[last] = order[other]!
    order[other] = moved
  }
  return order
}

function mixed(word: number): number {
  word = Math.imul(word ^ (word >>> 16), 0x21f0aaad)
  word = Math.imul(word ^ (word >>> 15), 0x735a2d97)
  return word ^ (word >>> 15)
}

const upperWord = (value: number) => Math.floor(value / 2 ** 32) | 0

// The leading 1 and 2 keep the number 3 and the text '\u0003' apart.
function absorbNumber(state: number, value: number): number {
  return mixed((mixed((mixed((state + 1) | 0) ^ (value | 0)) | 0) + upperWord(value)) | 0)
}

function absorbText(state: number, text: string): number {
  let next = mixed((state + 2) | 0)
  for (let i = 0; i < text.length; i++) next = mixed((next ^ text.charCodeAt(i)) + 0x9e3779b9)
  return mixed(next ^ text.length)
}
