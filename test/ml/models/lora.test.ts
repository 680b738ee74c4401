// Adapters on a small model: first weights, merging, dropout in training, and settings that make no sense.
import { describe, expect, test } from 'vitest'
import { openBackend, tensorsAlive } from '../backend.ts'
import { tinyConfig } from './tiny-config.ts'
import { dropoutKeys, linearMaps } from '../../../src/ml/models/linear.ts'
import {
  type LoraSettings,
  defaultTargets,
  initialLora,
  loraNames,
  loraShapes,
  mergedWeight,
} from '../../../src/ml/models/lora.ts'
import { randomStream } from '../../../src/ml/random.ts'
import type { HostArray } from '../../../src/ml/program.ts'
import * as tf from '../../../src/ml/tf.ts'

await openBackend()

const gpt2 = { ...tinyConfig, family: 'gpt2' as const, kvHeads: 4, headDim: 4, rope: null }
const settings: LoraSettings = { rank: 2, alpha: 6, targets: ['q_proj', 'down_proj'], dropout: 0 }

const normal = (shape: [number, number], label: string): HostArray => {
  const stream = randomStream(2, label)
  return {
    dtype: 'float32',
    shape,
    data: Float32Array.from({ length: shape[0] * shape[1] }, (_, i) => stream.normal(i)),
  }
}
const tensor = ({ data, shape }: HostArray) => tf.tensor2d(data, shape as [number, number])

test('the default targets are all linear layers', () => {
  expect(defaultTargets(tinyConfig)).toEqual([
    'q_proj',
    'k_proj',
    'v_proj',
    'o_proj',
    'gate_proj',
    'up_proj',
    'down_proj',
  ])
  expect(defaultTargets(gpt2)).toEqual(['c_attn', 'c_proj', 'c_fc'])
  const { A, B } = loraNames('transformer.h.1.mlp.c_proj')
  const shapes = loraShapes(gpt2, { ...settings, targets: defaultTargets(gpt2) })
  expect([A, shapes[A], shapes[B]]).toEqual([
    'base_model.model.transformer.h.1.mlp.c_proj.lora_A.weight',
    [2, 24],
    [16, 2],
  ])
  expect(Object.keys(shapes).length).toBe(2 * 2 * 4)
})

test('a fresh adapter: B zero, A uniform within 1/sqrt(in), the same for the same seed', () => {
  const wide = { ...tinyConfig, D: 400, F: 900 }
  const weights = initialLora(wide, { ...settings, rank: 16 }, 5)
  expect(Object.entries(weights).map(([name, { shape }]) => [name, shape])).toEqual(
    Object.entries(loraShapes(wide, { ...settings, rank: 16 })),
  )
  for (const [name, { data, shape }] of Object.entries(weights)) {
    const bound = name.includes('lora_A') ? 1 / Math.sqrt(shape[1]!) : 0
    const deviation = Math.sqrt(Float32Array.from(data).reduce((sum, x) => sum + x * x, 0) / data.length)
    expect(data.every((x) => Math.abs(x) <= bound)).toBe(true)
    expect(Math.abs(deviation - bound / Math.sqrt(3))).toBeLessThan(0.03 * bound + 1e-12)
  }
  expect(initialLora(wide, settings, 5)).toEqual(initialLora(wide, settings, 5))
  expect(initialLora(wide, settings, 6)).not.toEqual(initialLora(wide, settings, 5))
})

describe.each([false, true])('a linear map with an adapter, weights stored transposed: %s', (transposed) => {
  const [inputs, outputs, rows] = [7, 5, 3]
  const base = normal(transposed ? [inputs, outputs] : [outputs, inputs], 'W')
  const [A, B, x] = [normal([2, inputs], 'A'), normal([outputs, 2], 'B'), normal([rows, inputs], 'x')]
  const module = 'model.layers.0.self_attn.q_proj'
  const { A: nameA, B: nameB } = loraNames(module)

  test('gives what its merged weight gives', () => {
    const before = tensorsAlive()
    tf.tidy(() => {
      const weights = {
        [`${module}.weight`]: tensor(base),
        [`${module}.bias`]: tf.ones([outputs]),
        [nameA]: tensor(A),
        [nameB]: tensor(B),
      }
      const [adapted] = linearMaps(transposed, weights, { settings, weights })(tensor(x), [module])
      const merged = { ...weights, [`${module}.weight`]: tensor(mergedWeight(base, A, B, 3, transposed)) }
      const [plain] = linearMaps(transposed, merged)(tensor(x), [module])
      expect(tf.max(tf.abs(tf.sub(adapted!, plain!))).dataSync()[0]).toBeLessThan(1e-5)
      expect(tf.max(tf.abs(adapted!)).dataSync()[0]).toBeGreaterThan(1)
    })
    expect(tensorsAlive()).toBe(before)
  })
})

test('dropout reaches the adapter alone, is right on average and gone without a seed', () => {
  const [inputs, outputs] = [200, 3]
  const module = 'model.layers.0.self_attn.q_proj'
  const { A, B } = loraNames(module)
  tf.tidy(() => {
    const weights = {
      [`${module}.weight`]: tf.zeros([outputs, inputs]),
      [A]: tf.ones([2, inputs]),
      [B]: tf.ones([outputs, 2]),
    }
    const half = { ...settings, dropout: 0.5 }
    const x = tf.ones<tf.Rank.R2>([2000, inputs])
    const run = (dropout?: { seed: tf.Tensor }) => {
      const adapter = { settings: half, weights, dropout }
      return linearMaps(false, weights, adapter, { keys: dropoutKeys(adapter, 2000) })(x, [module])[0]!
    }
    const full = 3 * 2 * inputs
    expect(new Set(run().dataSync())).toEqual(new Set([full]))
    const dropped = run({ seed: tf.scalar(3) })
    expect(tf.mean(dropped).dataSync()[0]! / full).toBeCloseTo(1, 2)
    expect(new Set(dropped.dataSync()).size).toBeGreaterThan(20)
    expect(Array.from(run({ seed: tf.scalar(4) }).dataSync())).not.toEqual(Array.from(dropped.dataSync()))
  })
})

test('the gradient of a dropped adapter is that of its mask', () => {
  const module = 'model.layers.0.self_attn.q_proj'
  const { A, B } = loraNames(module)
  tf.tidy(() => {
    const weights = { [`${module}.weight`]: tf.zeros([1, 50]), [A]: tf.ones([1, 50]), [B]: tf.ones([1, 1]) }
    const adapter = {
      settings: { ...settings, rank: 1, alpha: 1, dropout: 0.3 },
      weights,
      dropout: { seed: tf.scalar(3) },
    }
    const f = (x: tf.Tensor) =>
      tf.sum(linearMaps(false, weights, adapter, { keys: dropoutKeys(adapter, 4) })(x as tf.Tensor2D, [module])[0]!)
    const slope = tf
      .grad(f)(tf.ones([4, 50]))
      .dataSync()
    const scale = 1 / (1 - Math.round(0.3 * 4091) / 4091)
    expect(Array.from(slope).every((x) => x === 0 || Math.abs(x - scale) < 1e-6)).toBe(true)
    expect(slope.filter((x) => x === 0).length / slope.length).toBeCloseTo(0.3, 1)
    expect(Array.from(slope).reduce((sum, x) => sum + x, 0)).toBeCloseTo(f(tf.ones([4, 50])).dataSync()[0]!, 2)
  })
})

test.each([
  [{ rank: 0 }, 'LoRA rank must be a whole number of at least 1, got 0.'],
  [{ rank: 100 }, "LoRA rank 100 is larger than 'model.layers.0.self_attn.q_proj' (16 by 24); lower it."],
  [{ alpha: -1 }, 'LoRA alpha must be a positive number, got -1.'],
  [{ dropout: 1 }, 'LoRA dropout must be at least 0 and below 1, got 1.'],
  [{ targets: [] }, 'LoRA needs at least one target; this model has q_proj'],
  [{ targets: ['q_proj', 'lm_head'] }, "LoRA target 'lm_head' is not a linear layer of this model; it has q_proj"],
])('settings %j are refused', (wrong, message) => {
  expect(() => loraShapes(tinyConfig, { ...settings, ...wrong })).toThrow(message)
  expect(() => initialLora(tinyConfig, { ...settings, ...wrong }, 1)).toThrow(message)
})

test('an adapter that does not fit is not merged, and one that is missing is not skipped', () => {
  expect(() => mergedWeight(normal([4, 4], 'W'), normal([2, 3], 'A'), normal([4, 2], 'B'), 1)).toThrow(
    'An adapter of A [2,3] and B [4,2] does not fit a weight of shape [4,4].',
  )
  tf.tidy(() => {
    const weights = { 'm.q_proj.weight': tf.zeros([3, 3]) }
    const map = linearMaps(false, weights, { settings, weights })
    expect(() => map(tf.ones([1, 3]), ['m.q_proj'])).toThrow("The adapter has no weights for 'm.q_proj'")
    expect(() => map(tf.ones([1, 3]), ['m.k_proj'])).toThrow("The model has no weight 'm.k_proj.weight'.")
  })
})
