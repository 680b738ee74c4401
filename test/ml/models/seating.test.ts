// Attention from seats: what a plain loop over each sequence gives, and the gradients of plain attention among all tokens.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { openBackend, tensorsAlive } from '../backend.ts'
import { collate } from '../../../src/ml/data/collate.ts'
import { sidesOf, unitTokens, type Unit } from '../../../src/ml/data/units.ts'
import { attentionMask } from '../../../src/ml/models/attention.ts'
import { seatedAttention, type Seats } from '../../../src/ml/models/seating.ts'
import { packedTokens, rowTokens } from '../../../src/ml/models/transformer.ts'
import { ints, type HostArrays, type Tensors } from '../../../src/ml/program.ts'
import { randomStream } from '../../../src/ml/random.ts'
import * as tf from '../../../src/ml/tf.ts'

await openBackend()

const [H, KV, Dh] = [4, 2, 3]

const tokens = (minLength: number) => fc.array(fc.nat(9), { minLength, maxLength: 20 })
const units: fc.Arbitrary<Unit[]> = fc.array(
  fc.record({ shared: tokens(1), chosen: tokens(1), rejected: tokens(0) }).map((unit) => ({
    ...unit,
    ...{ chosenFrom: 0, rejectedFrom: 0 },
  })),
  { minLength: 1, maxLength: 4 },
)

/** Of each token, in the order of a layout: its unit (-1 for padding) and branch. */
type Layout = { seats: Seats; units: number[]; branches: number[] }

const branchesOf = (unit: Unit) =>
  [unit.shared, unit.chosen, unit.rejected].flatMap((part, branch) => part.map(() => branch))

const endToEnd =
  (groups: number) =>
  (batch: Unit[]): Layout => {
    const { ids, seats } = packedTokens(tensorsOf(collate(batch, { groups })))
    const padding = ids.shape[0] - batch.reduce((sum, unit) => sum + unitTokens(unit), 0)
    return {
      seats,
      units: [...batch.flatMap((unit, b) => branchesOf(unit).map(() => b)), ...Array<number>(padding).fill(-1)],
      branches: [...batch.flatMap(branchesOf), ...Array<number>(padding).fill(0)],
    }
  }

function inRows(batch: Unit[]): Layout {
  const T = 3 + Math.max(...batch.map(unitTokens))
  const filled = (values: number[], blank: number) => [...values, ...Array<number>(T - values.length).fill(blank)]
  const units = batch.flatMap((unit, b) =>
    filled(
      branchesOf(unit).map(() => b),
      -1,
    ),
  )
  const branches = batch.flatMap((unit) => filled(branchesOf(unit), 0))
  const row = (values: number[]) => ints(values, [batch.length, T])
  const zeros = row(units.map(() => 0))
  const inputs = { ids: zeros, positions: zeros, units: row(units), branches: row(branches) }
  return { seats: rowTokens(tensorsOf(inputs)).seats, units, branches }
}

test.each([
  ['end to end, all responses in rows of one length', endToEnd(1)],
  ['end to end, responses in rows of three lengths', endToEnd(3)],
  ['in rows', inRows],
])('%s: a token reads its own sequence up to itself', (_, layout) => {
  const before = tensorsAlive()
  fc.assert(
    fc.property(units, (batch) => {
      tf.tidy(() => {
        const { seats, units, branches } = layout(batch)
        const [q, k, v] = given(units.length)
        const context = seatedAttention(q, k, v, seats)
        expect(context.shape).toEqual([units.length, H * Dh])
        const [found, queries, keys, values] = [context, q, k, v].map((tensor) => tensor.dataSync())
        batch.forEach((unit, b) => {
          const of = (branch: number) => [...units.keys()].filter((i) => units[i] === b && branches[i] === branch)
          for (const side of sidesOf(unit)) {
            const sequence = [...of(0), ...of(side === 'chosen' ? 1 : 2)]
            expect(sequence.length).toBe(unit.shared.length + unit[side].length)
            sequence.forEach((token, i) => {
              const read = sequence.slice(0, i + 1)
              for (let head = 0; head < H; head++) {
                const at = (token: number) => (token * KV + Math.floor((head * KV) / H)) * Dh
                const place = (token * H + head) * Dh
                const scores = read.map((other) => dot(queries!, place, keys!, at(other)) / Math.sqrt(Dh))
                const shares = softmax(scores)
                for (let d = 0; d < Dh; d++) {
                  const wanted = read.reduce((sum, other, j) => sum + shares[j]! * values![at(other) + d]!, 0)
                  expect(Math.abs(found![place + d]! - wanted)).toBeLessThan(1e-5)
                }
              }
            })
          }
        })
      })
    }),
    { numRuns: 25 },
  )
  expect(tensorsAlive()).toBe(before)
})

test.each([
  ['end to end, all responses in rows of one length', endToEnd(1)],
  ['end to end, responses in rows of three lengths', endToEnd(3)],
  ['in rows', inRows],
])('%s: the gradients are those of plain attention among all tokens, and padding has none', (_, layout) => {
  const before = tensorsAlive()
  fc.assert(
    fc.property(units, (batch) => {
      tf.tidy(() => {
        const { seats, units, branches } = layout(batch)
        const N = units.length
        // Nobody reads the context of padding.
        const isRead = tf.tensor2d(units.map((unit) => [unit < 0 ? 0 : 1]))
        const asked = tf.mul(normal([N, H * Dh], 'asked'), isRead)
        const mask = attentionMask(tf.tensor2d([units], [1, N], 'int32'), tf.tensor2d([branches], [1, N], 'int32'))
        const gradients = (attend: (q: tf.Tensor3D, k: tf.Tensor3D, v: tf.Tensor3D) => tf.Tensor) =>
          tf.grads((q: tf.Tensor, k: tf.Tensor, v: tf.Tensor) =>
            tf.sum(tf.mul(attend(q as tf.Tensor3D, k as tf.Tensor3D, v as tf.Tensor3D), asked)),
          )(given(N))
        const wanted = gradients((q, k, v) => plainAttention(q, k, v, mask))
        const found = gradients((q, k, v) => seatedAttention(q, k, v, seats))
        found.forEach((grad, i) => {
          expect(grad.shape).toEqual(wanted[i]!.shape)
          expect(tf.max(tf.abs(tf.sub(grad, wanted[i]!))).dataSync()[0]).toBeLessThan(1e-5)
          const ofPadding = tf.mul(grad, tf.reshape(tf.sub(1, isRead), [N, 1, 1]))
          expect(tf.max(tf.abs(ofPadding)).dataSync()[0]).toBe(0)
        })
      })
    }),
    { numRuns: 25 },
  )
  expect(tensorsAlive()).toBe(before)
})

/** Every token against every other, key-value heads repeated for their groups, with the gradients of TensorFlow.js. */
function plainAttention(q: tf.Tensor3D, k: tf.Tensor3D, v: tf.Tensor3D, mask: tf.Tensor4D) {
  const N = q.shape[0]
  const repeated = (x: tf.Tensor3D) => tf.gather(x, tf.tensor1d([0, 0, 1, 1], 'int32'), 1)
  const [rows, keys, values] = [q, repeated(k), repeated(v)].map((x) => tf.transpose(x, [1, 0, 2])) // [H, N, Dh]
  const scores = tf.add(tf.div(tf.matMul(rows!, keys!, false, true), Math.sqrt(Dh)), tf.reshape(mask, [1, N, N]))
  return tf.reshape(tf.transpose(tf.matMul(tf.softmax(scores), values!), [1, 0, 2]), [N, H * Dh])
}

const given = (N: number): [tf.Tensor3D, tf.Tensor3D, tf.Tensor3D] => [
  normal([N, H, Dh], 'q') as tf.Tensor3D,
  normal([N, KV, Dh], 'k') as tf.Tensor3D,
  normal([N, KV, Dh], 'v') as tf.Tensor3D,
]

function normal(shape: number[], label: string): tf.Tensor {
  const stream = randomStream(4, label)
  const size = shape.reduce((product, side) => product * side, 1)
  return tf.tensor(
    Float32Array.from({ length: size }, (_, i) => stream.normal(i)),
    shape,
  )
}

const dot = (a: ArrayLike<number>, i: number, b: ArrayLike<number>, j: number) =>
  Array.from({ length: Dh }, (_, d) => a[i + d]! * b[j + d]!).reduce((sum, x) => sum + x, 0)

function softmax(scores: number[]): number[] {
  const unscaled = scores.map((score) => Math.exp(score - Math.max(...scores)))
  const total = unscaled.reduce((sum, x) => sum + x, 0)
  return unscaled.map((x) => x / total)
}

const tensorsOf = (arrays: HostArrays): Tensors =>
  Object.fromEntries(
    Object.entries(arrays).map(([name, { data, shape, dtype }]) => [name, tf.tensor(data, shape, dtype)]),
  )
