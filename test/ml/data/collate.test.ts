// The layout of batches, on generated units.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { collate } from '../../../src/ml/data/collate.ts'
import { contextNeeded, oneSidedUnit, responseTokens, sidesOf, unitTokens } from '../../../src/ml/data/units.ts'
import type { Unit } from '../../../src/ml/data/units.ts'

const ids = (minLength: number) => fc.array(fc.nat(999), { minLength, maxLength: 20 })
const pair: fc.Arbitrary<Unit> = fc
  .record({ shared: ids(1), chosen: ids(1), rejected: ids(1), chosenFrom: fc.nat(3), rejectedFrom: fc.nat(3) })
  .map((unit) => ({
    ...unit,
    chosenFrom: Math.min(unit.chosenFrom, unit.chosen.length - 1),
    rejectedFrom: Math.min(unit.rejectedFrom, unit.rejected.length - 1),
  }))
const unit = fc.oneof(
  pair,
  fc.tuple(ids(1), ids(1)).map(([prompt, response]) => oneSidedUnit(prompt, response)),
)
const units = fc.array(unit, { minLength: 1, maxLength: 5 })

function laidOut(batch: Unit[], rowLength?: number) {
  const arrays = collate(batch, { rowLength })
  const read = (name: string) => [...arrays[name]!.data]
  const [B, T] = arrays.ids!.shape as [number, number]
  return { B, T, N: arrays.at!.shape[0]!, read }
}

test('every response token is listed once, behind the token before it in its own sequence', () => {
  fc.assert(
    fc.property(units, (batch) => {
      const { T, read } = laidOut(batch)
      const [at, targets, owner, weight] = ['at', 'targets', 'owner', 'weight'].map(read) as [
        number[],
        number[],
        number[],
        number[],
      ]
      let n = 0
      batch.forEach((unit, row) => {
        for (const side of sidesOf(unit)) {
          const sequence = [...unit.shared, ...unit[side]]
          const branch = side === 'chosen' ? 1 : 2
          const first = sequence.length - responseTokens(unit, side)
          for (let i = first; i < sequence.length; i++, n++) {
            expect([targets[n], owner[n], weight[n]]).toEqual([sequence[i], 2 * row + branch - 1, 1])
            expect(Math.floor(at[n]! / T)).toBe(row)
            // The row holds there the sequence's token i - 1, at position i - 1, in the prompt or in the same branch.
            expect(read('ids')[at[n]!]).toBe(sequence[i - 1])
            expect(read('positions')[at[n]!]).toBe(i - 1)
            expect([0, branch]).toContain(read('branches')[at[n]!])
          }
        }
      })
      expect(weight.slice(n).every((value) => value === 0)).toBe(true)
    }),
  )
})

test('rows hold each token once, positions stay below the context needed, and the rest is padding that nobody reads', () => {
  fc.assert(
    fc.property(units, (batch) => {
      const { T, read } = laidOut(batch)
      batch.forEach((unit, row) => {
        const part = (name: string) => read(name).slice(row * T, (row + 1) * T)
        const used = unitTokens(unit)
        expect(part('ids').slice(0, used)).toEqual([...unit.shared, ...unit.chosen, ...unit.rejected])
        expect(Math.max(...part('positions'))).toBe(contextNeeded(unit) - 1)
        expect(part('units')).toEqual(Array.from({ length: T }, (_, column) => (column < used ? row : -1)))
        expect(read('at').every((at) => read('units')[at] !== -1)).toBe(true)
      })
    }),
  )
})

test('shapes repeat: rows in tiles of 16, lists in tiles of 64, or the row length that was asked for', () => {
  fc.assert(
    fc.property(units, (batch) => {
      const { B, T, N } = laidOut(batch)
      expect([B, T % 16, N % 64]).toEqual([batch.length, 0, 0])
      expect(T - Math.max(...batch.map(unitTokens))).toBeLessThan(16)
      expect(laidOut(batch, 100).T).toBe(100)
    }),
  )
})

test('what cannot be laid out is refused by name', () => {
  const good = { shared: [1], chosen: [2], rejected: [3], chosenFrom: 0, rejectedFrom: 0 }
  expect(() => collate([good, { ...good, shared: [] }])).toThrow('Unit 1 of the batch has an empty prompt')
  expect(() => collate([{ ...good, chosenFrom: 1 }])).toThrow('empty chosen response')
  expect(() => collate([good], { rowLength: 2 })).toThrow('has 3 tokens and its row only 2')
})
