// The fused head against the naive computation, its gradients against autodiff and against finite differences.
import { expect, test } from 'vitest'
import { openBackend, tensorsAlive } from '../backend.ts'
import { type LogProbOptions, responseLogProbs } from '../../../src/ml/head/log-probs.ts'
import { randomStream } from '../../../src/ml/random.ts'
import * as tf from '../../../src/ml/tf.ts'
import type { Tensor1D, Tensor2D } from '../../../src/ml/tf.ts'

await openBackend()

const [N, D, V] = [13, 6, 50]
const normal = (label: string, size: number) => {
  const stream = randomStream(1, label)
  return Float32Array.from({ length: size }, (_, i) => stream.normal(i))
}
const hData = normal('h', N * D)
const wData = normal('w', V * D)
const targetIds = Int32Array.from({ length: N }, (_, i) => randomStream(1, 't').integer(i, V))
const shares = normal('shares', N)

const given = () => ({
  h: tf.tensor2d(hData, [N, D]),
  W: tf.tensor2d(wData, [V, D]),
  targets: tf.tensor1d(targetIds, 'int32'),
})

function naive(h: Tensor2D, W: Tensor2D, targets: Tensor1D) {
  const all = tf.logSoftmax(tf.matMul(h, W, false, true)) // [N, V]
  const onehot = tf.oneHot(targets, V)
  const p = tf.exp(all)
  return {
    logps: tf.sum(tf.mul(all, onehot), 1),
    entropy: tf.neg(tf.sum(tf.mul(p, all), 1)),
    topMass: tf.max(p, 1),
    isTop: tf.cast(tf.equal(tf.argMax(all, 1), targets), 'float32'),
  }
}

const close = (a: ArrayLike<number>, b: ArrayLike<number>, tolerance: number) => {
  expect(a.length).toBe(b.length)
  expect(Math.max(...Array.from(a, (x, i) => Math.abs(x - b[i]!)))).toBeLessThan(tolerance)
}

const choices: LogProbOptions[] = [
  { gradient: 'none' },
  { gradient: 'hidden' },
  { gradient: 'both' },
  { gradient: 'hidden', tile: 4 },
  { gradient: 'both', tile: 4 },
  { gradient: 'none', tile: 1 },
]

test.each(choices)('all four readings are those of the full softmax, %o', (options) => {
  const before = tensorsAlive()
  tf.tidy(() => {
    const { h, W, targets } = given()
    // Two targets are made the most probable token, so that isTop is seen in both states.
    const top = tf.argMax(tf.matMul(h, W, false, true), 1).dataSync()
    const some = tf.tensor1d(
      targetIds.map((id, i) => (i < 2 ? top[i]! : id)),
      'int32',
    )
    const fused = responseLogProbs(h, W, some, options)
    const plain = naive(h, W, some)
    for (const name of ['logps', 'entropy', 'topMass', 'isTop'] as const)
      close(fused[name].dataSync(), plain[name].dataSync(), 2e-6)
    expect(Array.from(fused.isTop.dataSync().slice(0, 2))).toEqual([1, 1])
    expect(fused.isTop.dataSync()).toContain(0)
    targets.dispose()
  })
  expect(tensorsAlive()).toBe(before)
})

test.each(choices.slice(1, 5))('the gradient is that of the naive computation, %o', (options) => {
  const before = tensorsAlive()
  tf.tidy(() => {
    const { h, W, targets } = given()
    const weighted = (logps: tf.Tensor) => tf.sum(tf.mul(logps, tf.tensor1d(shares))) as tf.Scalar
    // A product of log-probabilities, so that the gradient of each depends on all others.
    const lossOf = (logps: tf.Tensor) => tf.mul(weighted(logps), tf.mean(tf.square(logps))) as tf.Scalar
    const trained = options.gradient === 'both' ? [h, W] : [h]
    const fused = tf.valueAndGrads(() => lossOf(responseLogProbs(h, W, targets, options).logps))(trained)
    const plain = tf.valueAndGrads(() => lossOf(naive(h, W, targets).logps))(trained)
    trained.forEach((_, i) => {
      const wanted = plain.grads[i]!.dataSync()
      const scale = Math.max(...wanted.map(Math.abs))
      close(fused.grads[i]!.dataSync(), wanted, 3e-6 * scale)
    })
  })
  expect(tensorsAlive()).toBe(before)
})

test('the gradient is the slope that finite differences measure', () => {
  tf.tidy(() => {
    const { h, W, targets } = given()
    const loss = (h: Tensor2D, W: Tensor2D) =>
      tf.sum(responseLogProbs(h, W, targets, { gradient: 'both', tile: 5 }).logps)
    const [dh, dW] = tf.grads((h, W) => loss(h as Tensor2D, W as Tensor2D))([h, W])
    const step = 1e-2
    const moved = (data: Float32Array, i: number, by: number) =>
      Float32Array.from(data, (x, j) => (j === i ? x + by : x))
    for (const i of [0, 17, 77]) {
      const at = (by: number) => loss(tf.tensor2d(moved(hData, i, by), [N, D]), W).dataSync()[0]!
      expect((at(step) - at(-step)) / (2 * step)).toBeCloseTo(dh!.dataSync()[i]!, 2)
    }
    for (const i of [1, 50, 299]) {
      const at = (by: number) => loss(h, tf.tensor2d(moved(wData, i, by), [V, D])).dataSync()[0]!
      expect((at(step) - at(-step)) / (2 * step)).toBeCloseTo(dW!.dataSync()[i]!, 2)
    }
  })
})

test.each(choices.slice(1, 5))(
  'entropy carries a gradient where it is asked for, beside that of logps, %o',
  (given_) => {
    const options = { ...given_, entropyGradient: true }
    const before = tensorsAlive()
    tf.tidy(() => {
      const { h, W, targets } = given()
      const weighted = (x: tf.Tensor, label: string) => tf.sum(tf.mul(x, tf.tensor1d(normal(label, N))))
      const lossOf = ({ logps, entropy }: { logps: tf.Tensor; entropy: tf.Tensor }) =>
        tf.add(
          weighted(logps, 'of logps'),
          tf.mul(weighted(entropy, 'of entropy'), tf.mean(tf.square(entropy))),
        ) as tf.Scalar
      const trained = options.gradient === 'both' ? [h, W] : [h]
      const fused = tf.valueAndGrads(() => lossOf(responseLogProbs(h, W, targets, options)))(trained)
      const plain = tf.valueAndGrads(() => lossOf(naive(h, W, targets)))(trained)
      close(fused.value.dataSync(), plain.value.dataSync(), 1e-4)
      trained.forEach((_, i) => {
        const wanted = plain.grads[i]!.dataSync()
        close(fused.grads[i]!.dataSync(), wanted, 1e-5 * Math.max(...wanted.map(Math.abs)))
      })
    })
    expect(tensorsAlive()).toBe(before)
  },
)

test.each(['hidden', 'both'] as const)(
  'the gradient of entropy is the slope that finite differences measure, %s',
  (gradient) => {
    tf.tidy(() => {
      const { h, W, targets } = given()
      const options = { gradient, tile: 5, entropyGradient: true }
      const sum = (h: Tensor2D, W: Tensor2D) => tf.sum(responseLogProbs(h, W, targets, options).entropy)
      const trained = gradient === 'both' ? [h, W] : [h]
      const { grads } = tf.valueAndGrads(() => sum(h, W) as tf.Scalar)(trained)
      const moved = (data: Float32Array, i: number, by: number) =>
        Float32Array.from(data, (x, j) => (j === i ? x + by : x))
      const slope = (at: (by: number) => tf.Tensor) => (at(1e-2).dataSync()[0]! - at(-1e-2).dataSync()[0]!) / 2e-2
      for (const i of [0, 17, 77])
        expect(slope((by) => sum(tf.tensor2d(moved(hData, i, by), [N, D]), W))).toBeCloseTo(grads[0]!.dataSync()[i]!, 2)
      if (gradient === 'both')
        for (const i of [1, 50, 299])
          expect(slope((by) => sum(h, tf.tensor2d(moved(wData, i, by), [V, D])))).toBeCloseTo(
            grads[1]!.dataSync()[i]!,
            2,
          )
      // Logits that are all the same have the most entropy there is: no slope.
      const flat = responseLogProbs(tf.zeros([1, D]), W, tf.tensor1d([3], 'int32'), options)
      expect(flat.entropy.dataSync()[0]).toBeCloseTo(Math.log(V), 5)
    })
  },
)

test('entropy, top mass and top token carry no gradient', () => {
  tf.tidy(() => {
    const { h, W, targets } = given()
    for (const gradient of ['hidden', 'both'] as const) {
      const { grads } = tf.valueAndGrads(() => {
        const { entropy, topMass, isTop } = responseLogProbs(h, W, targets, { gradient })
        return tf.sum(tf.add(tf.add(entropy, topMass), isTop)) as tf.Scalar
      })([h])
      expect(Array.from(grads[0]!.dataSync()).every((x) => x === 0)).toBe(true)
    }
  })
})

test('logits of hundreds stay finite, and a certain token has log-probability 0', () => {
  tf.tidy(() => {
    const h = tf.tensor2d([
      [1000, 0],
      [-1000, 0],
    ])
    const W = tf.tensor2d([
      [1, 0],
      [0, 0],
      [-1, 0],
    ])
    const found = responseLogProbs(h, W, tf.tensor1d([0, 0], 'int32'))
    expect(Array.from(found.logps.dataSync())).toEqual([0, -2000])
    expect(Array.from(found.entropy.dataSync())).toEqual([0, 0])
    expect(Array.from(found.topMass.dataSync())).toEqual([1, 1])
    expect(Array.from(found.isTop.dataSync())).toEqual([1, 0])
  })
})

test.each(choices)('the sum of squared probabilities too, where it is asked for, %o', (options) => {
  const before = tensorsAlive()
  tf.tidy(() => {
    const { h, W, targets } = given()
    const p = tf.softmax(tf.matMul(h, W, false, true))
    const found = responseLogProbs(h, W, targets, { ...options, squares: true })
    close(found.logSquares!.dataSync(), tf.log(tf.sum(tf.square(p), 1)).dataSync(), 1e-5)
    close(found.logps.dataSync(), responseLogProbs(h, W, targets, options).logps.dataSync(), 1e-6)
    expect(responseLogProbs(h, W, targets, options).logSquares).toBeUndefined()
  })
  expect(tensorsAlive()).toBe(before)
})

test.each(choices)('the mass of the likeliest tokens is that of the largest probabilities, %o', (options) => {
  const before = tensorsAlive()
  tf.tidy(() => {
    const { h, W, targets } = given()
    const p = tf.softmax(tf.matMul(h, W, false, true)).arraySync() as number[][]
    const massOf = (most: number) =>
      p.map((row) =>
        row
          .toSorted((a, b) => b - a)
          .slice(0, most)
          .reduce((sum, one) => sum + one, 0),
      )
    const read = (likeliest: number) => responseLogProbs(h, W, targets, { ...options, likeliest })
    close(read(10).likeliestMass!.dataSync(), massOf(10), 2e-6)
    close(read(1).likeliestMass!.dataSync(), read(1).topMass.dataSync(), 1e-7)
    // Of a smaller vocabulary all.
    close(read(99).likeliestMass!.dataSync(), massOf(V), 2e-6)
    // Beside the squares each has its own column.
    const both = responseLogProbs(h, W, targets, { ...options, likeliest: 10, squares: true })
    close(both.likeliestMass!.dataSync(), massOf(10), 2e-6)
    close(
      both.logSquares!.dataSync(),
      p.map((row) => Math.log(row.reduce((sum, one) => sum + one ** 2, 0))),
      1e-5,
    )
    expect(responseLogProbs(h, W, targets, options).likeliestMass).toBeUndefined()
  })
  expect(tensorsAlive()).toBe(before)
})
