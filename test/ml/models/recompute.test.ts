// A block that is made again in the backward pass gives the gradients of one that kept everything.
import { expect, test } from 'vitest'
import { collate } from '../../../src/ml/data/collate.ts'
import { unitTokens } from '../../../src/ml/data/units.ts'
import { lossAndGradients } from '../../../src/ml/gradients.ts'
import { architecture } from '../../../src/ml/models/families.ts'
import { dropoutKeys, linearMaps } from '../../../src/ml/models/linear.ts'
import { defaultTargets, initialLora, loraShapes, type Adapter } from '../../../src/ml/models/lora.ts'
import { rotationAt } from '../../../src/ml/models/rope.ts'
import { seatedAttention } from '../../../src/ml/models/seating.ts'
import { initialWeights, parameterShapes } from '../../../src/ml/models/shapes.ts'
import { hidden, packedTokens, type Tokens } from '../../../src/ml/models/transformer.ts'
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
const tokens = units.reduce((sum, unit) => sum + unitTokens(unit), 0)

/** The same model on one plain tape that keeps everything. */
function keptHidden(config: ModelConfig, weights: Tensors, batch: Tokens, adapter?: Adapter, trained?: string[]) {
  const { ids, positions, seats } = batch
  const model = architecture(config)
  const stage = {
    ...{ config, weight: (name: string) => weights[name]! },
    linear: linearMaps(model.transposed, weights, adapter, {
      keys: dropoutKeys(adapter, ids.shape[0]),
      trained: new Set(trained),
    }),
    attend: (_: number, q: tf.Tensor3D, k: tf.Tensor3D, v: tf.Tensor3D) => ({
      context: seatedAttention(q, k, v, seats),
      kept: {},
    }),
    rotation: config.rope ? rotationAt(config, positions) : null,
  }
  let x = model.embedding(stage, ids, positions)
  for (let layer = 0; layer < config.layers; layer++) x = model.block(stage, layer, x).x
  return model.finalNorm(stage, x)
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
    const batch = packedTokens(tensorsOf32(collate(units)))
    // Any token's state may be read, but not that of padding.
    const read = tf.cast(tf.less(tf.range(0, batch.ids.shape[0]), tokens), 'float32') // [N]
    const direction = tf.mul(randomTable([batch.ids.shape[0], config.D], 'direction'), tf.reshape(read, [-1, 1]))
    const gradients = (states: (weights: Tensors) => tf.Tensor) =>
      lossAndGradients(trained, state, (weights) => ({
        loss: tf.sum<tf.Scalar>(tf.mul(states(weights), direction)),
        aux: {},
      })).grads
    const held = tensorsAlive()
    const again = gradients((weights) => hidden(config, weights, batch, { adapter: adapter(weights), trained }))
    // Nothing stays but the loss and a gradient for each name, and the seed.
    expect(tensorsAlive() - held).toBeLessThanOrEqual(trained.length + 2)
    const kept = gradients((weights) => keptHidden(config, weights, batch, adapter(weights), trained))
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
    let groups = 0
    tf.tidy(() => {
      const state = tensorsOf(initialWeights(config, 2))
      const batch = packedTokens(tensorsOf32(collate(units)))
      groups = batch.seats.groups.length
      const matMul = tf.getKernel('BatchMatMul', tf.getBackend())
      tf.unregisterKernel('BatchMatMul', tf.getBackend())
      tf.registerKernel({ ...matMul, kernelFunc: (given) => (count++, matMul.kernelFunc(given)) })
      try {
        const loss = (weights: Tensors) => tf.sum<tf.Scalar>(hidden(config, weights, batch, { trained }))
        lossAndGradients(trained, state, (weights) => ({ loss: loss(weights), aux: {} }))
      } finally {
        tf.unregisterKernel('BatchMatMul', tf.getBackend())
        tf.registerKernel(matMul)
      }
    })
    return { count, groups }
  }
  const last = `model.layers.${config.layers - 1}`
  const { count, groups } = kernels([`${last}.mlp.down_proj.weight`])
  // Products forward: seven maps, and two of attention for each group of rows. Backward: attention again, four of its gradients
  // for each group, seven inputs, one weight.
  expect(count).toBe(config.layers * (7 + 2 * groups) + 2 * groups + 1 + 7 + 4 * groups)
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
