// A block that is made again in the backward pass gives the gradients of one that kept everything.
import { expect, test } from 'vitest'
import { collate } from '../../../src/ml/data/collate.ts'
import { lossAndGradients } from '../../../src/ml/gradients.ts'
import { architecture } from '../../../src/ml/models/families.ts'
import { attention, attentionMask } from '../../../src/ml/models/attention.ts'
import { dropoutKeys, linearMaps } from '../../../src/ml/models/linear.ts'
import { defaultTargets, initialLora, loraShapes, type Adapter } from '../../../src/ml/models/lora.ts'
import { rotationAt } from '../../../src/ml/models/rope.ts'
import { initialWeights, parameterShapes } from '../../../src/ml/models/shapes.ts'
import { hidden, tokenRows, type TokenRows } from '../../../src/ml/models/transformer.ts'
import type { ModelConfig } from '../../../src/ml/models/config.ts'
import type { HostArrays, Tensors } from '../../../src/ml/program.ts'
import { randomStream } from '../../../src/ml/random.ts'
import * as tf from '../../../src/ml/tf.ts'
import { configs } from '../../parity/tiny-models.ts'
import { openBackend, tensorsAlive } from '../backend.ts'

await openBackend()

const models = { ...configs, 'tiny-qwen3': { ...configs['tiny-llama'], family: 'qwen3' as const } }

const tensorsOf = (arrays: HostArrays): Tensors =>
  Object.fromEntries(Object.entries(arrays).map(([name, { data, shape }]) => [name, tf.tensor(data, shape)]))

const units = [5, 9].map((length, i) => ({
  shared: Array.from({ length }, (_, t) => (7 * t + i) % 250),
  chosen: [3, 1, 4, 1, 5, i],
  rejected: [9, 2, 6],
  chosenFrom: 0,
  rejectedFrom: 0,
}))

/** The same model on one plain tape that keeps everything. */
function keptHidden(config: ModelConfig, weights: Tensors, rows: TokenRows, adapter?: Adapter, trained?: string[]) {
  const [B, T] = rows.ids.shape
  const model = architecture(config)
  const mask = attentionMask(rows.units, rows.branches)
  const stage = {
    ...{ config, B, T, weight: (name: string) => weights[name]! },
    linear: linearMaps(model.transposed, weights, adapter, {
      keys: dropoutKeys(adapter, B * T),
      trained: new Set(trained),
    }),
    attend: (_: number, q: tf.Tensor4D, k: tf.Tensor4D, v: tf.Tensor4D) => ({
      context: attention(q, k, v, mask),
      kept: {},
    }),
    rotation: config.rope ? rotationAt(config, rows.positions, T) : null,
  }
  let x = model.embedding(stage, tf.reshape(rows.ids, [B * T]), tf.reshape(rows.positions, [B * T]))
  for (let layer = 0; layer < config.layers; layer++) x = model.block(stage, layer, x).x
  return tf.reshape(model.finalNorm(stage, x), [B, T, config.D])
}

test.each([
  ['tiny-llama', 'full', 0],
  ['tiny-gpt2', 'full', 0],
  ['tiny-qwen2', 'full', 0],
  ['tiny-qwen3', 'full', 0],
  ['tiny-llama', 'lora', 0],
  ['tiny-llama', 'lora', 0.3],
  ['tiny-gpt2', 'lora', 0.3],
] as const)('%s, %s, dropout %f', (name, tuning, dropout) => {
  const config = models[name]
  const settings = { rank: 3, alpha: 6, targets: defaultTargets(config), dropout }
  const trained = Object.keys(tuning === 'lora' ? loraShapes(config, settings) : parameterShapes(config))
  const before = tensorsAlive()
  tf.tidy(() => {
    const adapterWeights = tuning === 'lora' ? tensorsOf(initialLora(config, settings, 3)) : {}
    const state: Record<string, tf.Tensor> = { ...tensorsOf(initialWeights(config, 2)), ...adapterWeights }
    // B starts at zero, and then A would have no gradient to compare.
    for (const B of trained.filter((name) => name.includes('lora_B')))
      state[B] = tf.add(state[B]!, randomTable(state[B]!.shape, B))
    const adapter = (weights: Tensors) =>
      tuning === 'lora' ? { settings, weights, dropout: { seed: tf.scalar(77) } } : undefined
    const rows = tokenRows(tensorsOf32(collate(units)))
    const direction = randomTable([...rows.ids.shape, config.D], 'direction')
    const gradients = (states: (weights: Tensors) => tf.Tensor) =>
      lossAndGradients(trained, state, (weights) => ({
        loss: tf.sum<tf.Scalar>(tf.mul(states(weights), direction)),
        aux: {},
      })).grads
    const held = tensorsAlive()
    const again = gradients((weights) => hidden(config, weights, rows, { adapter: adapter(weights), trained }))
    // Nothing stays but the loss and a gradient for each name, and the seed.
    expect(tensorsAlive() - held).toBeLessThanOrEqual(trained.length + 2)
    const kept = gradients((weights) => keptHidden(config, weights, rows, adapter(weights), trained))
    for (const name of trained) {
      const size = tf.norm(kept[name]!).dataSync()[0]!
      if (name !== 'lm_head.weight') expect(size, name).toBeGreaterThan(0)
      expect(tf.norm(tf.sub(again[name]!, kept[name]!)).dataSync()[0]!, name).toBeLessThanOrEqual(1e-6 * size)
    }
  })
  expect(tensorsAlive()).toBe(before)
})

test('weights that are not trained get no gradient and cost none', () => {
  const config = configs['tiny-llama']
  const kernels = (trained: string[]) => {
    let count = 0
    tf.tidy(() => {
      const state = tensorsOf(initialWeights(config, 2))
      const rows = tokenRows(tensorsOf32(collate(units)))
      const matMul = tf.getKernel('BatchMatMul', tf.getBackend())
      tf.unregisterKernel('BatchMatMul', tf.getBackend())
      tf.registerKernel({ ...matMul, kernelFunc: (given) => (count++, matMul.kernelFunc(given)) })
      try {
        const loss = (weights: Tensors) => tf.sum<tf.Scalar>(hidden(config, weights, rows, { trained }))
        lossAndGradients(trained, state, (weights) => ({ loss: loss(weights), aux: {} }))
      } finally {
        tf.unregisterKernel('BatchMatMul', tf.getBackend())
        tf.registerKernel(matMul)
      }
    })
    return count
  }
  const last = `model.layers.${config.layers - 1}`
  const one = kernels([`${last}.mlp.down_proj.weight`])
  // Products forward: seven maps and two of attention. Backward: attention again, four of its gradients, seven inputs, one weight.
  expect(one).toBe(config.layers * 9 + 2 + 1 + 7 + 4)
})

const randomTable = (shape: readonly number[], label: string) => {
  const stream = randomStream(5, label)
  const size = shape.reduce((product, side) => product * side, 1)
  return tf.tensor(
    Float32Array.from({ length: size }, (_, i) => stream.uniform(i) - 0.5),
    [...shape],
  )
}

const tensorsOf32 = (arrays: HostArrays): Tensors =>
  Object.fromEntries(
    Object.entries(arrays).map(([name, { data, shape, dtype }]) => [name, tf.tensor(data, shape, dtype)]),
  )
