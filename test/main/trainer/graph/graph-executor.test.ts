// The graph executor as an executor: what it holds and frees, what it refuses, and a whole run beside one op by op.
import { readdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { expect, test } from 'vitest'
import { eagerExecutor, floats, tf, type Program } from '#ml'
import { graphExecutor } from '../../../../src/main/trainer/engine/graph/graph-executor.ts'
import { initialWeights } from '../../../../src/ml/models/shapes.ts'
import { openBackend, tensorsAlive } from '../../../ml/backend.ts'
import { driven, goldenSettings, ofKind, pairUnits } from '../../../ml/recipes/runs.ts'
import { configs } from '../../../parity/tiny-models.ts'

const native = (await openBackend()) === 'native'
if (!native) console.warn('Not run: the graph executor needs native TensorFlow, which this machine does not have.')

const counted = (run: Program['run']) => {
  let runs = 0
  const program: Program = { name: 'a test', run: (state, inputs) => (runs++, run(state, inputs)) }
  return { program, runs: () => runs }
}

test.skipIf(!native)('a program is recorded once a shape, and its state is read before it is written', async () => {
  const executor = graphExecutor()
  executor.put('w', floats([1, 2, 3]))
  executor.put('v', floats([10, 20, 30]))
  const { program, runs } = counted(({ w, v }, { x }) => ({
    updates: { w: v!, v: tf.add(w!, x!) },
    outputs: { sum: tf.sum(w!), big: tf.greater(v!, 15) },
  }))
  const before = tensorsAlive()
  const first = await executor.run(program, { x: floats([1], []) })
  expect([...first.sum!.data]).toEqual([6])
  expect(first.big).toEqual({ dtype: 'int32', shape: [3], data: Int32Array.of(0, 1, 1) })
  expect([...(await executor.read('w')).data]).toEqual([10, 20, 30])
  expect([...(await executor.read('v')).data]).toEqual([2, 3, 4])
  for (let i = 0; i < 20; i++) await executor.run(program, { x: floats([1], []) })
  expect(tensorsAlive()).toBe(before)
  expect(runs()).toBe(1)
  await executor.run(program, { x: floats([1, 2, 3]) })
  executor.put('w', floats([1, 2, 3]))
  await executor.run(program, { x: floats([1], []) })
  expect(runs()).toBe(2)
  executor.put('w', floats([4], []))
  await executor.run(program, { x: floats([1], []) })
  expect(runs()).toBe(3)
  expect(tensorsAlive()).toBe(before)
  executor.dispose()
  expect(tensorsAlive()).toBe(before - 2)
})

test.skipIf(!native)('graphs not run for longest are given up, and all of them at the end', async () => {
  const { binding } = tf.backend() as tf.KernelBackend & { binding: { getNumOfSavedModels(): number } }
  const executor = graphExecutor({ keptNodes: 0 })
  const { program, runs } = counted((_, { x }) => ({ updates: {}, outputs: { y: tf.sum(x!) } }))
  const sum = async (size: number) =>
    (await executor.run(program, { x: floats(new Float32Array(size).fill(1)) })).y!.data[0]
  for (const size of [1, 2, 3, 4, 5, 6, 1, 7]) expect(await sum(size)).toBe(size)
  expect([runs(), binding.getNumOfSavedModels()]).toEqual([7, 6])
  for (const size of [1, 3, 4, 5, 6, 7]) expect(await sum(size)).toBe(size)
  expect(runs()).toBe(7)
  expect(await sum(2)).toBe(2)
  expect(runs()).toBe(8)
  executor.dispose()
  expect(binding.getNumOfSavedModels()).toBe(0)
})

test.skipIf(!native)(
  'a state entry that was missing when a program was recorded is seen once it is there',
  async () => {
    const executor = graphExecutor()
    const { program, runs } = counted(({ bias }, { x }) => ({
      updates: {},
      outputs: { y: bias ? tf.add(x!, bias) : tf.clone(x!) },
    }))
    const y = async () => [...(await executor.run(program, { x: floats([1, 2]) })).y!.data]
    expect(await y()).toEqual([1, 2])
    executor.put('other', floats([0]))
    expect(await y()).toEqual([1, 2])
    expect(runs()).toBe(1)
    executor.put('bias', floats([5], []))
    expect(await y()).toEqual([6, 7])
    executor.drop(['bias', 'other'])
    expect(executor.names()).toEqual([])
    expect(await y()).toEqual([1, 2])
    expect(runs()).toBe(2)
    executor.dispose()
  },
)

test.skipIf(!native)('what cannot be recorded is refused by name, and the backend is as it was', async () => {
  const executor = graphExecutor()
  executor.put('w', floats([1, 2, 3]))
  const outer = tf.tensor1d([1, 2, 3])
  const before = tensorsAlive()
  const failing = (run: Program['run']) => executor.run({ name: 'odd', run }, { x: floats([1, 2, 3]) })
  const only = (y: tf.Tensor) => ({ updates: {}, outputs: { y } })
  await expect(failing((_, { x }) => only(tf.cumsum(x!)))).rejects.toThrow(
    /Program 'odd' uses the operation Cumsum, which the graph executor cannot record/,
  )
  const inGradient = (x: tf.Tensor) => tf.sum<tf.Scalar>(tf.prod(x, 0))
  await expect(failing((_, { x }) => only(tf.grad(inGradient)(x!)))).rejects.toThrow(/operation Prod/)
  await expect(failing((_, { x }) => only(tf.tensor1d(x!.dataSync())))).rejects.toThrow(/reads the numbers/)
  await expect(failing((_, { x }) => only(tf.add(x!, outer)))).rejects.toThrow(/before it was recorded/)
  await expect(failing((state) => only(Object.values(state)[0]!))).rejects.toThrow(/lists its state/)
  expect(tf.getBackend()).toBe('tensorflow')
  expect([...tf.add(outer, 1).dataSync()]).toEqual([2, 3, 4])
  expect(tensorsAlive()).toBe(before + 1)
  await expect(executor.read('v')).rejects.toThrow("There is no state named 'v'")
  outer.dispose()
  executor.dispose()
})

test.skipIf(!native)('an index out of range fails in TensorFlow with the name of the program', async () => {
  const executor = graphExecutor()
  const program: Program = {
    name: 'rows',
    run: (_, { x }) => ({ updates: {}, outputs: { y: tf.gather(x!, tf.tensor1d([7], 'int32')) } }),
  }
  await expect(executor.run(program, { x: floats([1, 2, 3]) })).rejects.toThrow(
    /the program 'rows': .*not in \[0, 3\)/s,
  )
  executor.dispose()
})

test.skipIf(!native)('graph files are gone once the graph is loaded', async () => {
  const folders = async () => (await readdir(tmpdir())).filter((name) => name.startsWith('attune-graph-'))
  const before = await folders()
  const executor = graphExecutor()
  const program: Program = { name: 'double', run: (_, { x }) => ({ updates: {}, outputs: { y: tf.mul(x!, 2) } }) }
  expect([...(await executor.run(program, { x: floats([3]) })).y!.data]).toEqual([6])
  expect((await folders()).filter((name) => !before.includes(name))).toEqual([])
  executor.dispose()
})

test.skipIf(!native).each(['lora', 'full'] as const)('four steps of DPO, %s, as op by op', async (tuning) => {
  const config = configs['tiny-llama']
  const settings = {
    ...goldenSettings,
    ...{ tuning, lora_dropout: 0.1, steps: 4, batch_pairs: 2, heldout_pairs: 1, probe_every: 2, max_grad_norm: 1 },
    ...{ probe_pairs: 2, probe_others: 1, probe_samples: 1, sample_prompts: 1, sample_every: 2, sample_tokens: 4 },
    learning_rate: 1e-4,
  }
  const ids = (from: number, length: number) => Array.from({ length }, (_, i) => (from * 31 + i * 17) % 250)
  const pairs = pairUnits(
    [1, 2, 3, 4, 5].map((i) => ({
      prompt_ids: ids(i, 4 + i),
      chosen_ids: ids(i + 7, 5),
      rejected_ids: ids(i + 13, 7),
    })),
  )
  const runs = []
  const before = tensorsAlive()
  for (const executor of [graphExecutor(), eagerExecutor('native')]) {
    for (const [name, value] of Object.entries(initialWeights(config, 2))) executor.put(name, value)
    runs.push(await driven({ executor, config, settings, pairs, seed: 3 }))
    executor.dispose()
  }
  expect(tensorsAlive()).toBe(before)
  const [recorded, plain] = runs as [(typeof runs)[0], (typeof runs)[0]]
  const steps = ofKind(plain.events, 'step')
  expect(steps).toHaveLength(4)
  ofKind(recorded.events, 'step').forEach(({ readings }, i) => expectNear(readings, steps[i]!.readings))
  const scored = ofKind(plain.events, 'scored')
  ofKind(recorded.events, 'scored').forEach(({ readings }, i) => expectNear(readings, scored[i]!.readings))
  expect(ofKind(recorded.events, 'sampled')).toEqual(ofKind(plain.events, 'sampled'))
  for (const [name, { data }] of Object.entries(plain.checkpoint))
    data.forEach((value, i) => expect(Math.abs(recorded.checkpoint[name]!.data[i]! - value), name).toBeLessThan(1e-4))
})

function expectNear(actual: Readonly<Record<string, number>>, expected: Readonly<Record<string, number>>) {
  expect(Object.keys(actual)).toEqual(Object.keys(expected))
  for (const [name, value] of Object.entries(expected))
    expect(Math.abs(actual[name]! - value) / Math.max(1, Math.abs(value)), name).toBeLessThan(1e-4)
}
