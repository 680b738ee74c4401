// Scoring units and training on them: a pair is the same as its two sequences, and a batch the same as its units one at a time.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { collate } from '../../../src/ml/data/collate.ts'
import { oneSidedUnit, responseTokens, unitTokens, type Unit } from '../../../src/ml/data/units.ts'
import type { ModelConfig } from '../../../src/ml/models/config.ts'
import { defaultTargets, initialLora, loraShapes, type LoraSettings } from '../../../src/ml/models/lora.ts'
import { initialWeights, parameterShapes } from '../../../src/ml/models/shapes.ts'
import { packedTokens } from '../../../src/ml/models/transformer.ts'
import { floats, type HostArrays, type Tensors } from '../../../src/ml/program.ts'
import { randomStream } from '../../../src/ml/random.ts'
import { dpoGradients } from '../../../src/ml/recipes/pair-program.ts'
import { gradientName, scoreUnits } from '../../../src/ml/recipes/programs.ts'
import { scoredBatches } from '../../../src/ml/recipes/scoring.ts'
import * as tf from '../../../src/ml/tf.ts'
import { configs } from '../../parity/tiny-models.ts'
import { openBackend, tensorsAlive } from '../backend.ts'
import { executorWith, goldenMethod } from './runs.ts'

const backend = await openBackend()

const ids = fc.array(fc.nat(255), { minLength: 1, maxLength: 9 })
const unit: fc.Arbitrary<Unit> = fc
  .record({ shared: ids, chosen: ids, rejected: ids })
  .map((sides) => ({ ...sides, chosenFrom: 0, rejectedFrom: sides.rejected.length - 1 }))

test.each([configs['tiny-llama'], configs['tiny-gpt2']])(
  '$family: shared prompt or sequences one by one',
  async (config: ModelConfig) => {
    const executor = executorWith(backend, initialWeights(config, 2))
    const program = scoreUnits(config, null)
    const scores = async (units: Unit[], tokens: number) => {
      const found = new Map<Unit, { chosen: number; rejected: number | null; tokens: number }>()
      const items = units.map((unit) => ({ unit }))
      for await (const scored of scoredBatches(executor, program, items, { tokens }))
        for (const { item, chosen, rejected } of scored)
          found.set(item.unit, { chosen: chosen.logp, rejected: rejected && rejected.logp, tokens: chosen.tokens })
      return units.map((unit) => found.get(unit)!)
    }
    const before = tensorsAlive()
    await fc.assert(
      fc.asyncProperty(fc.array(unit, { minLength: 1, maxLength: 4 }), async (units) => {
        const shared = await scores(units, 60)
        const alone = await scores(
          units.map(({ shared, chosen }) => oneSidedUnit(shared, chosen)),
          1,
        )
        const rejected = units.map((unit) => ({
          ...oneSidedUnit(unit.shared, unit.rejected),
          chosenFrom: unit.rejectedFrom,
        }))
        const other = await scores(rejected, 1)
        shared.forEach((score, i) => {
          expect(Math.abs(score.chosen - alone[i]!.chosen)).toBeLessThan(1e-4)
          expect(Math.abs(score.rejected! - other[i]!.chosen)).toBeLessThan(1e-4)
          expect(score.tokens).toBe(units[i]!.chosen.length)
        })
      }),
      { numRuns: 12 },
    )
    expect(tensorsAlive()).toBe(before)
  },
)

const side = (least: number, most: number) =>
  fc.array(fc.integer({ min: least, max: most }), { minLength: 1, maxLength: 24 })
/** The responses have no token in common: those of two that are nearly the same would cancel, and leave rounding to compare. */
const longer: fc.Arbitrary<Unit> = fc
  .record({
    ...{ shared: side(0, 255), chosen: side(0, 127), rejected: side(128, 255) },
    ...{ chosenFrom: fc.nat(3), rejectedFrom: fc.nat(3) },
  })
  .map((unit) => ({
    ...unit,
    chosenFrom: Math.min(unit.chosenFrom, unit.chosen.length - 1),
    rejectedFrom: Math.min(unit.rejectedFrom, unit.rejected.length - 1),
  }))

/** Random weights with distributions that have a shape, and what is trained of them: all, or an adapter whose B is not zero. */
function startingState(config: ModelConfig, lora: LoraSettings | null) {
  const scaled = (arrays: HostArrays, by: number) =>
    Object.entries(arrays).map(
      ([name, { shape, data }]) =>
        [
          name,
          floats(
            Float32Array.from(data, (x, i) => (shape.length > 1 ? by * x : x + 0.1 * Math.sin(i))),
            shape,
          ),
        ] as const,
    )
  const adapter = lora ? initialLora(config, lora, 3) : {}
  const shapes = lora ? loraShapes(config, lora) : parameterShapes(config)
  const B = Object.entries(adapter).filter(([name]) => name.includes('lora_B'))
  const stream = randomStream(7, 'B')
  return {
    trained: Object.keys(shapes),
    zeros: Object.entries(shapes).map(([name, shape]) => [gradientName(name), zerosOf(shape)] as const),
    weights: Object.fromEntries([
      ...scaled(initialWeights(config, 2), 6),
      ...Object.entries(adapter),
      ...B.map(
        ([name, { shape, data }]) =>
          [
            name,
            floats(
              data.map((_, i) => 0.2 * stream.normal(i)),
              shape,
            ),
          ] as const,
      ),
    ]),
  }
}

const zerosOf = (shape: readonly number[]) =>
  floats(new Float32Array(shape.reduce((product, side) => product * side, 1)), [...shape])

test.each(
  (['tiny-llama', 'tiny-gpt2'] as const).flatMap((name) =>
    [1, 3].flatMap((tiles) => (['full', 'lora'] as const).map((tuning) => ({ name, tiles, tuning }))),
  ),
)('$name, $tuning, tiles $tiles: units packed or one at a time', async ({ name, tiles, tuning }) => {
  const config = configs[name]
  const lora = tuning === 'lora' ? { rank: 3, alpha: 6, targets: defaultTargets(config), dropout: 0 } : null
  const { weights, trained, zeros } = startingState(config, lora)
  const before = tensorsAlive()
  const executor = executorWith(backend, weights)
  const [score, train] = [scoreUnits(config, lora), dpoGradients(config, { lora, method: goldenMethod, trained })]

  /** Log-probabilities by token, and those of whole responses, losses and summed gradients, of the units in these batches. */
  const measured = async (units: Unit[], batches: Unit[][], tiles: number) => {
    for (const [name, zero] of zeros) executor.put(name, zero)
    const outputs: Record<string, number[]> = { logps: [], entropy: [], losses: [], chosen: [], rejected: [] }
    for (const batch of batches) {
      const arrays = collate(batch, { tiles })
      const read = await executor.run(score, arrays)
      const isToken = (_: number, i: number) => arrays.weight!.data[i] === 1
      for (const name of ['logps', 'entropy']) outputs[name]!.push(...Array.from(read[name]!.data).filter(isToken))
      const of = (value: (unit: Unit) => number) => floats(batch.map(value))
      const pairs = await executor.run(train, {
        ...arrays,
        // References at some distance from the policy, so that pairs differ in weight.
        reference_chosen: of((unit) => -5.4 * responseTokens(unit, 'chosen')),
        reference_rejected: of((unit) => -5.6 * responseTokens(unit, 'rejected')),
        pair_weight: of((unit) => (1 + units.indexOf(unit)) / units.length),
      })
      for (const name of ['losses', 'chosen', 'rejected']) outputs[name]!.push(...pairs[name]!.data)
    }
    const gradients = trained.map(async (name) => [name, (await executor.read(gradientName(name))).data] as const)
    return { outputs, gradients: await Promise.all(gradients) }
  }

  await fc.assert(
    fc.asyncProperty(fc.array(longer, { minLength: 1, maxLength: 4 }), async (units) => {
      const together = await measured(units, [units], tiles)
      const alone = await measured(
        units,
        units.map((unit) => [unit]),
        1,
      )
      for (const [name, wanted] of Object.entries(alone.outputs)) {
        const found = together.outputs[name]!
        expect(found.length, name).toBe(wanted.length)
        wanted.forEach((value, i) => expect(Math.abs(found[i]! - value), name).toBeLessThan(1e-4))
      }
      together.gradients.forEach(([name, found], i) => {
        const wanted = alone.gradients[i]![1]
        expect(Math.hypot(...wanted), name).toBeGreaterThan(0)
        const apart = Math.hypot(...wanted.map((value, j) => value - found[j]!))
        expect(apart / Math.hypot(...wanted), name).toBeLessThan(1e-5)
      })
    }),
    { numRuns: 8 },
  )
  executor.dispose()
  expect(tensorsAlive()).toBe(before)
})

test('in a batch of units each token reads once: its own sequence up to itself, and no padding', () => {
  fc.assert(
    fc.property(fc.array(unit, { minLength: 1, maxLength: 3 }), (units) => {
      const arrays = collate(units)
      const padding = arrays.ids!.shape[0]! - 1
      /** By token, the tokens that it reads. */
      const reads = new Map<number, number[]>()
      tf.tidy(() => {
        for (const { readers, read, mask } of packedTokens(tensorsOf(arrays)).seats.groups) {
          const [seats, others, shown] = [readers.arraySync(), read.arraySync(), mask.arraySync()]
          seats.forEach((row, b) =>
            row.forEach((reader, t) => {
              if (reader === padding) return
              expect(reads.has(reader)).toBe(false)
              reads.set(
                reader,
                others[b]!.filter((_, s) => shown[b]![0]![t]![s] === 0),
              )
            }),
          )
        }
      })
      let start = 0
      for (const unit of units) {
        const range = (from: number, length: number) => Array.from({ length }, (_, i) => from + i)
        const prompt = range(start, unit.shared.length)
        const chosen = range(start + prompt.length, unit.chosen.length)
        const rejected = range(start + prompt.length + chosen.length, unit.rejected.length)
        prompt.forEach((token, i) => expect(reads.get(token)).toEqual(prompt.slice(0, i + 1)))
        for (const side of [chosen, rejected])
          side.forEach((token, i) => expect(reads.get(token)).toEqual([...prompt, ...side.slice(0, i + 1)]))
        start += unitTokens(unit)
      }
      expect(reads.size).toBe(start)
    }),
    { numRuns: 15 },
  )
})

const tensorsOf = (arrays: HostArrays): Tensors =>
  Object.fromEntries(
    Object.entries(arrays).map(([name, { data, shape, dtype }]) => [name, tf.tensor(data, shape, dtype)]),
  )
