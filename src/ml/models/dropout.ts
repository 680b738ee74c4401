// Dropout (Srivastava et al. 2014) without a random op: each element's number is a hash of (seed, row, module, column),
// made of float operations that are exact on every backend, so that a traced program draws a new mask from each seed it is fed.
//
// All numbers are integers modulo the prime 4091, whose squares still fit a float32's 24 bits. A row's two keys come from
// four rounds of x -> (x + key)^3 (the permutation of MiMC, Albrecht et al. 2016); a module turns them into its own a and b;
// the element's number is a * column + b (Carter and Wegman 1979). Within a row any two elements are independent,
// rows and modules are independent up to the quality of the cubes. Six passes over the activations, no more.
import * as tf from '../tf.ts'
import type { Tensor } from '../tf.ts'
import { permutation, randomStream } from '../random.ts'

const prime = 4091

/** Remainder by the prime: exact for whole numbers below 2^24, as division is correctly rounded. */
const wrapped = (x: Tensor) => tf.sub(x, tf.mul(tf.floor(tf.div(x, prime)), prime))

// 3 does not divide 4090, so cubing permutes the residues.
function cubed(x: Tensor): Tensor {
  const residue = wrapped(x)
  return wrapped(tf.mul(wrapped(tf.square(residue)), residue))
}

/** Two numbers of each row, float32 [N, 1], that all its masks are made from. */
export type RowKeys = { first: Tensor; second: Tensor }

/**
 * Masks of zeros and ones for activations with these rows.
 * The rate is rounded to a multiple of 1/4091; `kept` is the exact share that stays, to divide by.
 */
export function dropoutMasks({ first, second }: RowKeys, rate: number) {
  const dropped = Math.round(rate * prime)
  const order = permutation(randomStream(0, 'dropout', 'columns'), prime)
  const mask = (module: string, columns: number): Tensor => {
    const salt = randomStream(0, 'dropout', module)
    const column = tf.tensor2d(
      Float32Array.from({ length: columns }, (_, j) => order[j % prime]!),
      [1, columns],
    )
    const a = tf.maximum(cubed(tf.add(first, salt.integer(0, prime))), 1) // [N, 1]; 0 would keep or drop a whole row
    const b = cubed(tf.add(second, salt.integer(1, prime))) // [N, 1]
    return tf.cast(tf.greaterEqual(wrapped(tf.add(tf.mul(a, column), b)), dropped), 'float32') // [N, columns]
  }
  return { mask, kept: 1 - dropped / prime }
}

/** The keys of `rows` rows. `seed` is a scalar holding a whole number in [0, 2^24). */
export function rowKeys(seed: Tensor, rows: number): RowKeys {
  const drawn = tf.cast(seed, 'float32')
  const row = tf.reshape(tf.range(0, rows), [rows, 1]) // [N, 1]
  const low = wrapped(row)
  const high = wrapped(tf.floor(tf.div(row, prime)))
  const seedLow = wrapped(drawn)
  const seedHigh = wrapped(tf.floor(tf.div(drawn, prime)))
  const lane = (label: string) => {
    const salt = randomStream(0, 'dropout', 'rows', label)
    const round = (x: Tensor, key: Tensor, i: number) => cubed(tf.add(tf.add(x, key), salt.integer(i, prime)))
    return round(round(round(round(low, seedLow, 0), seedHigh, 1), high, 2), seedLow, 3) // [N, 1]
  }
  return { first: lane('first'), second: lane('second') }
}
