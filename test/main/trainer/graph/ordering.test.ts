// `afterwards` in a recorded graph: what is computed after it is computed anew, and comes out the same.
import { expect, test } from 'vitest'
import { floats, ints, tf, type HostArray, type HostArrays, type Program } from '#ml'
import { graphExecutor } from '../../../../src/main/trainer/engine/graph/graph-executor.ts'
import { recording } from '../../../../src/main/trainer/engine/graph/recording.ts'
import { afterwards } from '../../../../src/ml/afterwards.ts'
import { collate } from '../../../../src/ml/data/collate.ts'
import { defaultTargets, initialLora, loraShapes } from '../../../../src/ml/models/lora.ts'
import { initialWeights, parameterShapes } from '../../../../src/ml/models/shapes.ts'
import { dpoGradients } from '../../../../src/ml/recipes/pair-program.ts'
import { gradientName, zeroState } from '../../../../src/ml/recipes/programs.ts'
import { openBackend } from '../../../ml/backend.ts'
import { executorWith, goldenMethod } from '../../../ml/recipes/runs.ts'
import { configs, fixture, fixtureWeights, type Ids } from '../../../parity/tiny-models.ts'

const native = (await openBackend()) === 'native'
if (!native) console.warn('Not run: the graph executor needs native TensorFlow, which this machine does not have.')

test.skipIf(!native)('what is computed afterwards is not taken for what was computed before', async () => {
  const long = (x: tf.Tensor) => {
    let y = x
    for (let i = 0; i < 6; i++) y = tf.sin(tf.add(y, 1))
    return tf.sum(y)
  }
  const twice = (name: string, second: (x: tf.Tensor, first: tf.Tensor) => tf.Tensor): Program => ({
    name,
    run(_, { x }) {
      const first = long(x!)
      return { updates: {}, outputs: { first, second: long(second(x!, first)) } }
    },
  })
  const programs = [twice('the same', (x) => tf.clone(x)), twice('again', (x, first) => afterwards(x, first))]
  const x = floats([0.25, 0.5, 0.75])
  const nodes = programs.map((program) => recording(program, () => undefined, { x }).nodes)
  expect(nodes.map((all) => all.filter(({ op }) => op === 'Sin').length)).toEqual([6, 12])
  // And it waits: one node of the second program must not run before the sum that is its trigger.
  const waiting = nodes[1]!.filter(({ inputs }) => inputs.some((input) => input.startsWith('^')))
  expect(waiting).toHaveLength(1)
  const trigger = nodes[1]!.find(({ name }) => waiting[0]!.inputs.includes(`^${name}`))
  expect(trigger?.op).toBe('Sum')
  const executor = graphExecutor()
  for (const program of programs) {
    const { first, second } = await executor.run(program, { x })
    expect(second!.data).toEqual(first!.data)
  }
  executor.dispose()
})

test.skipIf(!native).each([
  ['tiny-llama', 'lora'],
  ['tiny-llama', 'full'],
  ['tiny-gpt2', 'full'],
] as const)('%s, %s: blocks made again in the backward pass give the same gradients', async (name, tuning) => {
  const config = configs[name]
  const lora = tuning === 'lora' ? { rank: 3, alpha: 6, targets: defaultTargets(config), dropout: 0.3 } : null
  const shapes = lora ? loraShapes(config, lora) : parameterShapes(config)
  const trained = Object.keys(shapes)
  const weights: Record<string, HostArray> = {
    ...(lora ? initialWeights(config, 2) : await fixtureWeights(`${name}/model.safetensors`)),
    ...(lora && initialLora(config, lora, 3)),
  }
  for (const [name, { shape, data }] of Object.entries(weights))
    if (name.includes('lora_B'))
      weights[name] = floats(
        data.map((_, i) => ((i * 37) % 23) / 23 - 0.5),
        shape,
      ) // At zero A would have no gradient.
  const { token_ids: pairs } = await fixture<{ token_ids: Ids[] }>(name)
  const units = pairs.map(({ prompt_ids: shared, chosen_ids: chosen, rejected_ids: rejected }) => ({
    ...{ shared, chosen, rejected, chosenFrom: 0, rejectedFrom: 0 },
  }))
  const inputs = {
    ...collate(units),
    reference_chosen: floats(units.map(({ chosen }) => -5.5 * chosen.length)),
    reference_rejected: floats(units.map(({ rejected }) => -5.6 * rejected.length)),
    pair_weight: floats(units.map(() => 1 / units.length)),
    dropout_seed: ints([123456], []),
  }
  const executor = executorWith(graphExecutor(), weights)
  const results = async (again: boolean): Promise<HostArrays> => {
    await executor.run(zeroState(Object.fromEntries(trained.map((name) => [gradientName(name), shapes[name]!]))), {})
    const outputs = await executor.run(dpoGradients(config, { lora, method: goldenMethod, trained, again }), inputs)
    const sums = trained.map(async (name) => [name, await executor.read(gradientName(name))] as const)
    return { ...outputs, ...Object.fromEntries(await Promise.all(sums)) }
  }
  const [kept, again] = [await results(false), await results(true)]
  executor.dispose()
  expect(Object.keys(again)).toEqual(Object.keys(kept))
  for (const [name, { data }] of Object.entries(kept)) {
    const distances = Array.from(
      data,
      (value, i) => Math.abs(value - again[name]!.data[i]!) / Math.max(1, Math.abs(value)),
    )
    expect(Math.max(...distances), name).toBeLessThan(1e-6)
  }
  expect(trained.some((name) => kept[name]!.data.some((value) => Math.abs(value) > 1e-3))).toBe(true)
})
