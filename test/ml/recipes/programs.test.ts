// Scoring units: a pair in one row is the same as its two sequences in rows of their own.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { collate } from '../../../src/ml/data/collate.ts'
import { oneSidedUnit, type Unit } from '../../../src/ml/data/units.ts'
import { attentionMask } from '../../../src/ml/models/attention.ts'
import type { ModelConfig } from '../../../src/ml/models/config.ts'
import { initialWeights } from '../../../src/ml/models/shapes.ts'
import { scoreUnits } from '../../../src/ml/recipes/programs.ts'
import { scoredBatches } from '../../../src/ml/recipes/scoring.ts'
import * as tf from '../../../src/ml/tf.ts'
import { configs } from '../../parity/tiny-models.ts'
import { openBackend, tensorsAlive } from '../backend.ts'
import { executorWith } from './runs.ts'

const backend = await openBackend()

const ids = fc.array(fc.nat(255), { minLength: 1, maxLength: 9 })
const unit: fc.Arbitrary<Unit> = fc
  .record({ shared: ids, chosen: ids, rejected: ids })
  .map((sides) => ({ ...sides, chosenFrom: 0, rejectedFrom: sides.rejected.length - 1 }))

test.each([configs['tiny-llama'], configs['tiny-gpt2']])(
  '$family: shared prompt or rows one by one',
  async (config: ModelConfig) => {
    const executor = executorWith(backend, initialWeights(config, 2))
    const program = scoreUnits(config, null)
    const scores = async (units: Unit[], tokens: number) => {
      const found = new Map<Unit, { chosen: number; rejected: number | null; tokens: number }>()
      const items = units.map((unit) => ({ unit }))
      for await (const scored of scoredBatches(executor, program, items, tokens))
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

test('in a batch of units a token reads its own sequence up to itself, and padding reads nothing but itself', () => {
  fc.assert(
    fc.property(fc.array(unit, { minLength: 1, maxLength: 3 }), (units) => {
      const arrays = collate(units)
      const [B, T] = arrays.ids!.shape as [number, number]
      const mask = tf.tidy(() => {
        const table = (name: string) => tf.tensor2d(arrays[name]!.data, [B, T], 'int32')
        return attentionMask(table('units'), table('branches')).dataSync()
      })
      units.forEach((unit, row) => {
        const start = { 1: unit.shared.length, 2: unit.shared.length + unit.chosen.length }
        for (let reader = 0; reader < T; reader++) {
          const at = row * T + reader
          const branch = arrays.branches!.data[at]
          const own = branch === 1 || branch === 2 ? [start[branch], unit.shared.length] : [0, 0]
          const isRead = (column: number) =>
            column === reader ||
            (arrays.units!.data[at] === row && column < reader && (column < own[1]! || column >= own[0]!))
          for (let column = 0; column < T; column++)
            expect(mask[at * T + column] === 0, `${row}, ${reader} reads ${column}`).toBe(isRead(column))
        }
      })
    }),
    { numRuns: 15 },
  )
})
