// Maps of one input asked for together: the values and gradients of asking one by one, and of the definition.
import { describe, expect, test } from 'vitest'
import { openBackend, tensorsAlive } from '../backend.ts'
import { lossAndGradients } from '../../../src/ml/gradients.ts'
import { dropoutMasks } from '../../../src/ml/models/dropout.ts'
import { dropoutKeys, linearMaps } from '../../../src/ml/models/linear.ts'
import { loraNames, type Adapter } from '../../../src/ml/models/lora.ts'
import type { Tensors } from '../../../src/ml/program.ts'
import { randomStream } from '../../../src/ml/random.ts'
import * as tf from '../../../src/ml/tf.ts'

await openBackend()

const [rows, inputs, rank] = [9, 7, 2]
/** Of different widths; the adapter leaves out k_proj. */
const widths = { 'm.q_proj': 6, 'm.k_proj': 4, 'm.v_proj': 4, 'm.up_proj': 5 }
const modules = Object.keys(widths)
const targets = ['q_proj', 'v_proj', 'up_proj']

function normal(shape: number[], label: string): tf.Tensor {
  const stream = randomStream(6, label)
  const size = shape.reduce((product, side) => product * side, 1)
  return tf.tensor(
    Float32Array.from({ length: size }, (_, i) => stream.normal(i)),
    shape,
  )
}

function madeWeights(transposed: boolean): Record<string, tf.Tensor> {
  const weights: Record<string, tf.Tensor> = { x: normal([rows, inputs], 'x') }
  for (const [module, outputs] of Object.entries(widths)) {
    weights[`${module}.weight`] = normal(transposed ? [inputs, outputs] : [outputs, inputs], `${module} W`)
    weights[`${module}.bias`] = normal([outputs], `${module} b`)
    if (!targets.some((target) => module.endsWith(target))) continue
    weights[loraNames(module).A] = normal([rank, inputs], `${module} A`)
    weights[loraNames(module).B] = normal([outputs, rank], `${module} B`)
  }
  return weights
}

const cases = [false, true].flatMap((transposed) => [0, 0.4].map((dropout) => ({ transposed, dropout })))

describe.each(cases)('stored transposed: $transposed, dropout $dropout', ({ transposed, dropout }) => {
  const settings = { rank, alpha: 3, targets, dropout }
  const adapterOf = (weights: Tensors): Adapter => ({ settings, weights, dropout: { seed: tf.scalar(12) } })

  /** Loss, values and gradients of all maps, asked for in these groups; `trained` are the tensors that the maps are told of. */
  function asked(groups: string[][], trained: string[], weights: Tensors) {
    return lossAndGradients(['x', ...trained], weights, (weights) => {
      const adapter = adapterOf(weights)
      const keys = dropoutKeys(adapter, rows)
      const linear = linearMaps(transposed, weights, adapter, { keys, trained: new Set(trained) })
      const named = groups.flatMap((group) => {
        const values = linear(weights.x as tf.Tensor2D, group)
        return group.map((module, i) => [module, values[i]!] as const)
      })
      const aux = Object.fromEntries(named)
      const losses = named.map(([module, y]) => tf.sum(tf.mul(tf.square(y), normal(y.shape, `${module} asked`))))
      return { loss: tf.addN(losses) as tf.Scalar, aux }
    })
  }

  const all = Object.keys(tf.tidy(() => madeWeights(false))).filter((name) => name !== 'x')
  test.each([
    ['of all', all],
    ['of the adapter', all.filter((name) => name.includes('lora_'))],
    ['of one A, one B and one weight', [loraNames('m.v_proj').A, loraNames('m.up_proj').B, 'm.q_proj.weight']],
    ['of x alone', []],
  ])('together as one by one, with the gradients %s', (_, trained) => {
    const before = tensorsAlive()
    tf.tidy(() => {
      const weights = madeWeights(transposed)
      const wanted = asked(
        modules.map((module) => [module]),
        trained,
        weights,
      )
      for (const groups of [
        [modules],
        [
          ['m.v_proj', 'm.k_proj'],
          ['m.up_proj', 'm.q_proj'],
        ],
      ]) {
        const found = asked(groups, trained, weights)
        for (const module of modules) expectClose(found.aux[module]!, wanted.aux[module]!, module)
        expect(Object.keys(found.grads)).toEqual(['x', ...trained])
        for (const [name, grad] of Object.entries(wanted.grads)) {
          expect(tf.norm(grad).dataSync()[0], name).toBeGreaterThan(0)
          expectClose(found.grads[name]!, grad, name)
        }
      }
    })
    expect(tensorsAlive()).toBe(before)
  })

  test('and both are what the definition and its own gradient say', () => {
    tf.tidy(() => {
      const weights = madeWeights(transposed)
      const keys = dropoutKeys(adapterOf(weights), rows)
      const dropped = (x: tf.Tensor, module: string) => {
        if (!keys) return x
        const { mask, kept } = dropoutMasks(keys, dropout)
        return tf.div(tf.mul(x, mask(module, inputs)), kept)
      }
      const found = asked([modules], all, weights)
      const plain = lossAndGradients(['x', ...all], weights, (weights) => {
        const aux = Object.fromEntries(
          modules.map((module) => {
            const weight = weights[`${module}.weight`] as tf.Tensor2D
            const y = tf.add(
              tf.matMul(weights.x as tf.Tensor2D, weight, false, !transposed),
              weights[`${module}.bias`]!,
            )
            const { A, B } = loraNames(module)
            if (!weights[A]) return [module, y]
            const input = dropped(weights.x!, module) as tf.Tensor2D
            const low = tf.matMul(
              tf.matMul(input, weights[A] as tf.Tensor2D, false, true),
              weights[B] as tf.Tensor2D,
              false,
              true,
            )
            return [module, tf.add(y, tf.mul(low, settings.alpha / rank))]
          }),
        )
        const losses = modules.map((module) =>
          tf.sum(tf.mul(tf.square(aux[module]!), normal(aux[module]!.shape, `${module} asked`))),
        )
        return { loss: tf.addN(losses) as tf.Scalar, aux }
      })
      for (const module of modules) expectClose(found.aux[module]!, plain.aux[module]!, module)
      for (const [name, grad] of Object.entries(plain.grads)) expectClose(found.grads[name]!, grad, name)
    })
  })
})

function expectClose(found: tf.Tensor, wanted: tf.Tensor, name: string) {
  expect(found.shape, name).toEqual(wanted.shape)
  const size = tf.norm(wanted).dataSync()[0]!
  expect(tf.norm(tf.sub(found, wanted)).dataSync()[0], name).toBeLessThanOrEqual(1e-6 * size)
}
