// A graph that is recorded once serves batches of all sizes: random pairs, beside the same op by op.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { eagerExecutor, floats, ints, type Executor, type HostArray, type HostArrays, type Program } from '#ml'
import { graphExecutor } from '../../../../src/main/trainer/engine/graph/graph-executor.ts'
import { collate } from '../../../../src/ml/data/collate.ts'
import type { Unit } from '../../../../src/ml/data/units.ts'
import { defaultTargets, initialLora, loraShapes } from '../../../../src/ml/models/lora.ts'
import { initialWeights, parameterShapes } from '../../../../src/ml/models/shapes.ts'
import { randomStream } from '../../../../src/ml/random.ts'
import { dpoGradients } from '../../../../src/ml/recipes/pair-program.ts'
import { gradientName, scoreUnits, zeroState } from '../../../../src/ml/recipes/programs.ts'
import { openBackend, tensorsAlive } from '../../../ml/backend.ts'
import { executorWith, goldenMethod } from '../../../ml/recipes/runs.ts'
import { configs } from '../../../parity/tiny-models.ts'

const native = (await openBackend()) === 'native'
if (!native) console.warn('Not run: the graph executor needs native TensorFlow, which this machine does not have.')

/** A recording makes sure with other stand-ins for the sizes (sizes.ts), so the first run of a program calls it so often. */
const callsOfOneRecording = 2

/** The program under both executors; only the calls under the graph executor are counted. */
function counted(plain: Program) {
  let calls = 0
  const recorded: Program = { ...plain, run: (state, inputs) => (calls++, plain.run(state, inputs)) }
  return { plain, recorded, calls: () => calls }
}

const tokens = (most: number) => fc.array(fc.nat(249), { minLength: 1, maxLength: most })

const randomUnit = fc
  .record({ shared: tokens(40), chosen: tokens(36), rejected: tokens(36), from: fc.nat(1000) })
  .map(({ from, ...unit }): Unit => ({
    ...unit,
    ...{ chosenFrom: from % unit.chosen.length, rejectedFrom: from % unit.rejected.length },
  }))

const lengths = (unit: Unit) => [unit.shared.length, unit.chosen.length, unit.rejected.length]
const batches = fc.array(randomUnit, { minLength: 1, maxLength: 6 })
const unitOf = (prompt: number, chosen: number, rejected: number): Unit => ({
  ...{
    shared: Array<number>(prompt).fill(5),
    chosen: Array<number>(chosen).fill(6),
    rejected: Array<number>(rejected).fill(7),
  },
  ...{ chosenFrom: 0, rejectedFrom: 0 },
})

/** What is larger than one goes by its own size: a float32 has no more digits. */
function furthest(actual: HostArrays, expected: HostArrays): number {
  expect(Object.keys(actual)).toEqual(Object.keys(expected))
  let most = 0
  for (const [name, { dtype, shape, data }] of Object.entries(expected)) {
    expect([name, actual[name]!.dtype, actual[name]!.shape]).toEqual([name, dtype, shape])
    data.forEach((value, i) => {
      const distance = Math.abs(value - actual[name]!.data[i]!) / Math.max(1, Math.abs(value))
      if (!(distance <= most)) most = distance
    })
  }
  return most
}

test.skipIf(!native).each([
  ['tiny-llama', 'lora'],
  ['tiny-gpt2', 'full'],
] as const)('%s, %s: scores and gradients of random batches', async (name, tuning) => {
  const config = configs[name]
  const lora = tuning === 'lora' ? { rank: 3, alpha: 6, targets: defaultTargets(config), dropout: 0.3 } : null
  const shapes = lora ? loraShapes(config, lora) : parameterShapes(config)
  const trained = Object.keys(shapes)
  const weights: Record<string, HostArray> = { ...initialWeights(config, 2), ...(lora && initialLora(config, lora, 3)) }
  for (const [name, { shape, data }] of Object.entries(weights)) {
    const { uniform } = randomStream(5, name)
    if (name.includes('lora_B'))
      weights[name] = floats(
        data.map((_, i) => uniform(i) - 0.5),
        shape,
      ) // At zero A would have no gradient.
  }
  const score = counted(scoreUnits(config, lora))
  const gradients = counted(dpoGradients(config, { lora, method: goldenMethod, trained }))
  const zero = zeroState(Object.fromEntries(trained.map((name) => [gradientName(name), shapes[name]!])))
  const before = tensorsAlive()
  const graph = executorWith(graphExecutor(), weights)
  const eager = executorWith(eagerExecutor('native'), weights)

  const sums = async (executor: Executor) =>
    Object.fromEntries(await Promise.all(trained.map(async (name) => [name, await executor.read(gradientName(name))])))
  const compared = async (units: readonly Unit[]) => {
    const arrays = collate(units, { groups: 3 })
    const scores = [await graph.run(score.recorded, arrays), await eager.run(score.plain, arrays)] as const
    expect(furthest(...scores)).toBeLessThan(1e-5)
    const batch = {
      ...arrays,
      reference_chosen: floats(units.map(({ chosen }) => -5.5 * chosen.length)),
      reference_rejected: floats(units.map(({ rejected }) => -5.6 * rejected.length)),
      pair_weight: floats(units.map(() => 1 / units.length)),
      dropout_seed: ints([units[0]!.shared.length * 7919], []),
    }
    for (const executor of [graph, eager]) await executor.run(zero, {})
    const outputs = [await graph.run(gradients.recorded, batch), await eager.run(gradients.plain, batch)] as const
    expect(furthest(...outputs)).toBeLessThan(1e-5)
    expect(furthest(await sums(graph), await sums(eager))).toBeLessThan(1e-5)
  }

  await compared([unitOf(1, 1, 1)])
  expect([score.calls(), gradients.calls()]).toEqual([callsOfOneRecording, callsOfOneRecording])
  const seen = new Set<string>()
  await fc.assert(
    fc.asyncProperty(batches, async (units) => {
      seen.add(JSON.stringify(collate(units).ids!.shape.concat(units.map(lengths).flat())))
      await compared(units)
    }),
    { numRuns: 20, examples: [[[unitOf(40, 1, 36), unitOf(1, 36, 1)]], [Array<Unit>(9).fill(unitOf(3, 2, 5))]] },
  )
  expect(seen.size).toBeGreaterThan(10)
  expect([score.calls(), gradients.calls()]).toEqual([callsOfOneRecording, callsOfOneRecording])

  // The number of tiles is no size: it is recorded for itself.
  const tiled = collate([unitOf(4, 20, 20)], { tiles: 2, groups: 3 })
  expect(furthest(await graph.run(score.recorded, tiled), await eager.run(score.plain, tiled))).toBeLessThan(1e-5)
  expect(score.calls()).toBe(2 * callsOfOneRecording)
  for (const executor of [graph, eager]) executor.dispose()
  expect(tensorsAlive()).toBe(before)
})
