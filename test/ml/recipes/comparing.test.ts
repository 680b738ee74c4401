// The comparison of whole next-token distributions against the log-probabilities of each token of the vocabulary, one by one.
import { expect, test } from 'vitest'
import { oneSidedUnit, type Unit } from '../../../src/ml/data/units.ts'
import { defaultTargets, initialLora, loraShapes, type LoraSettings } from '../../../src/ml/models/lora.ts'
import { initialWeights } from '../../../src/ml/models/shapes.ts'
import type { Executor } from '../../../src/ml/program.ts'
import { randomStream } from '../../../src/ml/random.ts'
import type { Known } from '../../../src/ml/recipes/comparing.ts'
import { scoringPrograms, type UnitProgram } from '../../../src/ml/recipes/programs.ts'
import { scoredBatches } from '../../../src/ml/recipes/scoring.ts'
import { configs } from '../../parity/tiny-models.ts'
import { openBackend, tensorsAlive } from '../backend.ts'
import { executorWith } from './runs.ts'

const backend = await openBackend()
const config = configs['tiny-llama']
const lora: LoraSettings = { rank: 4, alpha: 8, targets: defaultTargets(config), dropout: 0 }

/** Weights with an adapter that has moved. */
function moved(): Executor {
  const B = Object.entries(loraShapes(config, lora)).filter(([name]) => name.includes('lora_B'))
  const table = (name: string, size: number) =>
    Float32Array.from({ length: size }, (_, i) => 0.3 * randomStream(1, name).normal(i))
  const tables = B.map(([name, shape]) => {
    return [name, { dtype: 'float32' as const, shape, data: table(name, shape[0]! * shape[1]!) }] as const
  })
  return executorWith(backend, initialWeights(config, 2), initialLora(config, lora, 1), Object.fromEntries(tables))
}

async function scored(executor: Executor, program: UnitProgram, units: readonly Unit[], known?: (unit: Unit) => Known) {
  const found = new Map<Unit, { logp: number; likeliest: number; kl: number | null; states: Float32Array | null }>()
  const items = units.map((unit) => ({ unit }))
  const how = known && { known: ({ unit }: { unit: Unit }) => known(unit) }
  for await (const batch of scoredBatches(executor, program, items, how))
    for (const { item, chosen, compared } of batch)
      found.set(item.unit, {
        ...{ logp: chosen.logp, likeliest: chosen.likeliestMass },
        ...{ kl: compared && compared.kl, states: compared && compared.states },
      })
  return units.map((unit) => found.get(unit)!)
}

test('KL and the mass of the ten likeliest tokens are those of the probabilities of all tokens', async () => {
  const executor = moved()
  const programs = scoringPrograms(config, lora)
  const before = tensorsAlive()
  const prompt = [5, 17, 200]
  const every = Array.from({ length: config.V }, (_, token) => oneSidedUnit(prompt, [token]))
  const p = (await scored(executor, programs.reference, every)).map(({ logp }) => Math.exp(logp))
  const q = (await scored(executor, programs.policy, every)).map(({ logp }) => Math.exp(logp))
  const kl = p.reduce((sum, p, v) => sum + p * Math.log(p / q[v]!), 0)
  expect(p.reduce((sum, p) => sum + p)).toBeCloseTo(1, 4)
  expect(kl).toBeGreaterThan(0.01)

  // In a batch with a longer unit that is compared too, a pair of which only the chosen side is, and one that is not.
  const one = oneSidedUnit(prompt, [7])
  const longer = oneSidedUnit([1, 2], [3, 4, 5, 6])
  const pair: Unit = { shared: prompt, chosen: [7], rejected: [9, 9, 9], chosenFrom: 0, rejectedFrom: 0 }
  const left = oneSidedUnit(prompt, [8])
  const units = [left, one, pair, longer]
  const told = await scored(executor, programs.reference, units, (unit) => (unit === left ? null : 'unknown'))
  expect(told.map(({ kl, states }) => [kl, states && states.length])).toEqual([
    [null, null],
    [null, config.D],
    [null, config.D],
    [null, 4 * config.D],
  ])
  const found = await scored(executor, programs.policy, units, (unit) => told[units.indexOf(unit)]!.states)
  expect(found[0]!.kl).toBeNull()
  expect(found[1]!.kl).toBeCloseTo(kl, 4)
  expect(found[2]!.kl).toBeCloseTo(kl, 4)
  expect(found[3]!.kl).toBeGreaterThan(0.01)
  const likeliest = q.toSorted((a, b) => b - a).slice(0, 10)
  expect(found[1]!.likeliest).toBeCloseTo(
    likeliest.reduce((sum, q) => sum + q),
    4,
  )
  // Against itself it is at rounding.
  const own = await scored(executor, programs.reference, units, (unit) => told[units.indexOf(unit)]!.states)
  for (const { kl } of own.slice(1)) expect(Math.abs(kl!)).toBeLessThan(1e-5)
  expect(tensorsAlive()).toBe(before)
  executor.dispose()
})

test('where all weights are trained nothing is compared', async () => {
  const executor = executorWith(backend, initialWeights(config, 2))
  const { policy } = scoringPrograms(config, null)
  const [found] = await scored(executor, policy, [oneSidedUnit([1], [2])], () => 'unknown')
  expect(found).toMatchObject({ kl: null, states: null })
  expect(found!.likeliest).toBeGreaterThan(0)
  executor.dispose()
})
