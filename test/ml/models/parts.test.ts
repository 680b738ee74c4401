// The parts of the models: rotary angles, norms and their gradients, the mask, grouped attention, and fresh weights.
import { expect, test } from 'vitest'
import { openBackend, tensorsAlive } from '../backend.ts'
import { tinyConfig } from './tiny-config.ts'
import { attention, attentionMask, causalMask } from '../../../src/ml/models/attention.ts'
import { layerNorm, rmsNorm } from '../../../src/ml/models/norms.ts'
import { ropeFrequencies, rotated, rotationAt } from '../../../src/ml/models/rope.ts'
import { initialWeights, parameterCount, parameterShapes } from '../../../src/ml/models/shapes.ts'
import { hidden, packedTokens, rowTokens } from '../../../src/ml/models/transformer.ts'
import { randomStream } from '../../../src/ml/random.ts'
import * as tf from '../../../src/ml/tf.ts'

await openBackend()

function normal<R extends tf.Rank>(shape: tf.ShapeMap[R], label: string): tf.Tensor<R> {
  const stream = randomStream(3, label)
  const size = (shape as number[]).reduce((product, side) => product * side, 1)
  return tf.tensor(
    Float32Array.from({ length: size }, (_, i) => stream.normal(i)),
    shape,
  )
}

const distance = (a: tf.Tensor, b: tf.Tensor) => tf.max(tf.abs(tf.sub(a, b))).dataSync()[0]!

test("Llama 3's rule leaves short waves, stretches long ones and blends those between", () => {
  // Llama 3.2 1B: theta 500000, factor 32, low 1, high 4, original context 8192, head size 64.
  const scaling = { kind: 'llama3' as const, factor: 32, lowFactor: 1, highFactor: 4, originalContext: 8192 }
  const config = { ...tinyConfig, headDim: 64, rope: { theta: 500000, scaling } }
  const scaled = ropeFrequencies(config)
  const plain = ropeFrequencies({ ...config, rope: { theta: 500000, scaling: null } })
  plain.forEach((frequency, i) => {
    const wave = (2 * Math.PI) / frequency
    const smooth = (8192 / wave - 1) / (4 - 1)
    const wanted =
      wave < 8192 / 4 ? frequency : wave > 8192 ? frequency / 32 : ((1 - smooth) * frequency) / 32 + smooth * frequency
    expect(scaled[i]).toBeCloseTo(wanted, 12)
  })
  expect(scaled[0]).toBe(1)
  expect(scaled[31]! / plain[31]!).toBeCloseTo(1 / 32, 9)
  const linear = ropeFrequencies({ ...config, rope: { theta: 500000, scaling: { kind: 'linear', factor: 4 } } })
  linear.forEach((frequency, i) => expect(frequency).toBe(plain[i]! / 4))
})

test('a rotation turns each plane by position times frequency, and its gradient turns back', () => {
  tf.tidy(() => {
    const rotation = rotationAt(tinyConfig, tf.tensor1d([0, 3], 'int32'))
    const x = normal<tf.Rank.R3>([2, 1, 6], 'x')
    const y = rotated(x, rotation)
    const [a, b] = [x.dataSync(), y.dataSync()]
    expect(Array.from(b.slice(0, 6))).toEqual(Array.from(a.slice(0, 6)))
    ropeFrequencies(tinyConfig).forEach((frequency, i) => {
      const [cos, sin] = [Math.cos(3 * frequency), Math.sin(3 * frequency)]
      expect(b[6 + i]).toBeCloseTo(a[6 + i]! * cos - a[9 + i]! * sin, 5)
      expect(b[9 + i]).toBeCloseTo(a[9 + i]! * cos + a[6 + i]! * sin, 5)
    })
    const back = tf.grad((x) => tf.sum(tf.mul(rotated(x as tf.Tensor3D, rotation), y)))(x)
    expect(distance(back, x)).toBeLessThan(1e-5)
  })
})

test('the norms and their gradients are those of their definition', () => {
  const before = tensorsAlive()
  tf.tidy(() => {
    const [x, w, b, c] = [normal([4, 9], 'x'), normal([9], 'w'), normal([9], 'b'), normal([4, 9], 'c')]
    const rms = (x: tf.Tensor, w: tf.Tensor) =>
      tf.mul(tf.div(x, tf.sqrt(tf.add(tf.mean(tf.square(x), -1, true), 0.1))), w)
    const layer = (x: tf.Tensor, w: tf.Tensor, b: tf.Tensor) => {
      const { mean, variance } = tf.moments(x, -1, true)
      return tf.add(tf.mul(tf.div(tf.sub(x, mean), tf.sqrt(tf.add(variance, 0.1))), w), b)
    }
    const pairs: [(...xs: tf.Tensor[]) => tf.Tensor, (...xs: tf.Tensor[]) => tf.Tensor, tf.Tensor[]][] = [
      [(x, w) => rmsNorm(x!, w!, 0.1), (x, w) => rms(x!, w!), [x, w]],
      [(x, w, b) => layerNorm(x!, w!, b!, 0.1), (x, w, b) => layer(x!, w!, b!), [x, w, b]],
    ]
    for (const [ours, definition, inputs] of pairs) {
      expect(distance(ours(...inputs), definition(...inputs))).toBeLessThan(1e-6)
      const mine = tf.grads((...xs: tf.Tensor[]) => tf.sum(tf.mul(ours(...xs), c)))(inputs)
      const plain = tf.grads((...xs: tf.Tensor[]) => tf.sum(tf.mul(definition(...xs), c)))(inputs)
      mine.forEach((gradient, i) => expect(distance(gradient, plain[i]!)).toBeLessThan(3e-6))
    }
  })
  expect(tensorsAlive()).toBe(before)
})

test('the mask: shared prompt, own branch, own unit, nothing later, padding by itself', () => {
  tf.tidy(() => {
    //                                 p  p  c  r  r  p  c  pad pad
    const units = tf.tensor2d([[0, 0, 0, 0, 0, 1, 1, -1, -1]], [1, 9], 'int32')
    const branches = tf.tensor2d([[0, 0, 1, 2, 2, 0, 1, 0, 0]], [1, 9], 'int32')
    const mask = attentionMask(units, branches)
    expect(mask.shape).toEqual([1, 1, 9, 9])
    const rows = (tf.reshape(mask, [9, 9]).arraySync() as number[][]).map((row) =>
      row.map((x) => (x === 0 ? 1 : 0)).join(''),
    )
    expect(rows).toEqual([
      '100000000',
      '110000000',
      '111000000',
      '110100000',
      '110110000',
      '000001000',
      '000001100',
      '000000010',
      '000000001',
    ])
  })
})

test('grouped attention is attention with each key-value head repeated for its group', () => {
  tf.tidy(() => {
    const [q, k, v] = [
      normal<tf.Rank.R4>([2, 6, 5, 4], 'q'),
      normal<tf.Rank.R4>([2, 2, 5, 4], 'k'),
      normal<tf.Rank.R4>([2, 2, 5, 4], 'v'),
    ]
    const mask = attentionMask(tf.zeros([2, 5], 'int32'), tf.zeros([2, 5], 'int32'))
    const repeated = (x: tf.Tensor4D) => tf.gather(x, tf.tensor1d([0, 0, 0, 1, 1, 1], 'int32'), 1)
    const scores = tf.add(tf.mul(tf.matMul(q, repeated(k), false, true), 0.5), mask)
    const wanted = tf.matMul(tf.softmax(scores), repeated(v))
    expect(distance(attention(q, k, v, mask), wanted)).toBeLessThan(1e-6)
  })
})

test('the gradients of attention are those of its definition, for as many readers as are read and for fewer', () => {
  const before = tensorsAlive()
  tf.tidy(() => {
    for (const T of [7, 3]) {
      const inputs = [
        normal<tf.Rank.R4>([2, 6, T, 4], 'q'),
        normal<tf.Rank.R4>([2, 2, 7, 4], 'k'),
        normal<tf.Rank.R4>([2, 2, 7, 4], 'v'),
      ]
      const asked = normal<tf.Rank.R4>([2, 6, T, 4], 'asked')
      const last = (row: number[]) => row.slice(7 - T)
      const mask = causalMask(
        tf.tensor2d([last([0, 1, 2, 3, 4, 5, 6]), last([5, 4, 3, 2, 1, 0, 9])], [2, T], 'int32'),
        tf.tensor2d([0, 1, 2, 3, 4, 5, 6, 2, 0, 5, 1, 9, 4, 3], [2, 7], 'int32'),
      )
      const definition = (q: tf.Tensor4D, k: tf.Tensor4D, v: tf.Tensor4D) => {
        const repeated = (x: tf.Tensor4D) => tf.gather(x, tf.tensor1d([0, 0, 0, 1, 1, 1], 'int32'), 1)
        return tf.matMul(tf.softmax(tf.add(tf.mul(tf.matMul(q, repeated(k), false, true), 0.5), mask)), repeated(v))
      }
      const gradients = (f: (q: tf.Tensor4D, k: tf.Tensor4D, v: tf.Tensor4D) => tf.Tensor) =>
        tf.grads((q: tf.Tensor, k: tf.Tensor, v: tf.Tensor) =>
          tf.sum(tf.mul(f(q as tf.Tensor4D, k as tf.Tensor4D, v as tf.Tensor4D), asked)),
        )(inputs)
      const wanted = gradients(definition)
      gradients((q, k, v) => attention(q, k, v, mask)).forEach((grad, i) =>
        expect(distance(grad, wanted[i]!)).toBeLessThan(3e-6),
      )
    }
  })
  expect(tensorsAlive()).toBe(before)
})

test('the mask of positions shows what is not later', () => {
  tf.tidy(() => {
    const mask = causalMask(
      tf.tensor2d([[0, 2, 5]], [1, 3], 'int32'),
      tf.tensor2d([[0, 1, 2, 2 ** 30]], [1, 4], 'int32'),
    )
    expect(mask.shape).toEqual([1, 1, 3, 4])
    expect(mask.arraySync()[0]![0]!.map((row) => row.map((x) => (x === 0 ? 1 : 0)).join(''))).toEqual([
      '1000',
      '1110',
      '1110',
    ])
  })
})

test('fresh weights fill every parameter and depend on the seed alone', () => {
  const weights = initialWeights(tinyConfig, 1)
  expect(Object.fromEntries(Object.entries(weights).map(([name, { shape }]) => [name, shape]))).toEqual(
    parameterShapes(tinyConfig),
  )
  expect(Object.values(weights).reduce((sum, { data }) => sum + data.length, 0)).toBe(parameterCount(tinyConfig))
  expect(initialWeights(tinyConfig, 1)).toEqual(weights)
  expect(initialWeights(tinyConfig, 2)).not.toEqual(weights)
  expect(weights['model.norm.weight']!.data.every((x) => x === 1)).toBe(true)
  const embedding = weights['model.embed_tokens.weight']!.data
  expect(Math.sqrt(Array.from(embedding).reduce((sum, x) => sum + x * x, 0) / embedding.length)).toBeCloseTo(0.02, 2)
})

test('SmolLM2-135M, Qwen3-0.6B and GPT-2 have their published numbers of parameters', () => {
  const smol = { ...tinyConfig, layers: 30, D: 576, heads: 9, kvHeads: 3, headDim: 64, F: 1536, V: 49152 }
  const qwen3 = {
    ...tinyConfig,
    family: 'qwen3' as const,
    layers: 28,
    D: 1024,
    heads: 16,
    kvHeads: 8,
    headDim: 128,
    F: 3072,
    V: 151936,
  }
  const gpt2 = {
    ...tinyConfig,
    family: 'gpt2' as const,
    layers: 12,
    D: 768,
    heads: 12,
    kvHeads: 12,
    headDim: 64,
    F: 3072,
    V: 50257,
    context: 1024,
  }
  expect(parameterCount(smol)).toBe(134_515_008)
  expect(parameterCount(qwen3)).toBe(596_049_920)
  expect(parameterCount(gpt2)).toBe(124_439_808)
})

test('a model with a weight missing says which', () => {
  tf.tidy(() => {
    const row = tf.zeros<tf.Rank.R2>([1, 2], 'int32')
    const rows = rowTokens({ ids: row, positions: row, units: row, branches: row })
    expect(() => hidden(tinyConfig, {}, rows, { trained: [] })).toThrow(
      "The model has no weight 'model.embed_tokens.weight'. Check that its checkpoint is complete.",
    )
  })
})

test('a batch with an input missing or misshapen says which', () => {
  tf.tidy(() => {
    const row = tf.zeros<tf.Rank.R2>([1, 2], 'int32')
    const rows = { ids: row, positions: row, units: row, branches: row }
    expect(() => rowTokens({ ...rows, units: tf.zeros([2], 'int32') })).toThrow(
      "an input 'units' of shape [rows, tokens]",
    )
    expect(() => packedTokens(rows)).toThrow("The program needs the input 'prompts' of collated units.")
  })
})
