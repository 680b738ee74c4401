// The layout of batches, on generated units.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { collate, collatedSizes, layoutOf, tilesNeeded, type Layout } from '../../../src/ml/data/collate.ts'
import { mostGroups } from '../../../src/ml/data/grouping.ts'
import {
  contextNeeded,
  oneSidedUnit,
  responseTokens,
  scoredTokens,
  sidesOf,
  unitTokens,
} from '../../../src/ml/data/units.ts'
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

const layouts = fc.record({ tiles: fc.integer({ min: 1, max: 4 }), groups: fc.integer({ min: 1, max: mostGroups }) })

function laidOut(batch: Unit[], layout: Partial<Layout>) {
  const arrays = collate(batch, layout)
  const read = (name: string) => [...arrays[name]!.data]
  const shape = (name: string) => arrays[name]!.shape
  /** Row by row. */
  const rows = (name: string) => {
    const [count, length] = shape(name) as [number, number]
    return Array.from({ length: count }, (_, row) => read(name).slice(row * length, (row + 1) * length))
  }
  /** The groups of rows that responses sit in: by each array's name, its rows. */
  const groups = Object.keys(arrays)
    .map((name) => /^branches(.*)$/.exec(name)?.[1])
    .filter((suffix) => suffix !== undefined)
    .map((suffix) => ({
      readers: rows(`branches${suffix}`),
      positions: rows(`branch_positions${suffix}`),
      reads: rows(`branch_reads${suffix}`),
      readPositions: rows(`branch_read_positions${suffix}`),
    }))
  const starts = batch.map((_, b) => batch.slice(0, b).reduce((sum, unit) => sum + unitTokens(unit), 0))
  const used = batch.reduce((sum, unit) => sum + unitTokens(unit), 0)
  return { N: shape('ids')[0]!, R: shape('at')[1]!, starts, used, shape, read, rows, groups }
}

const range = (from: number, length: number) => Array.from({ length }, (_, i) => from + i)

test('every response token is listed once, behind the token before it in its own sequence', () => {
  fc.assert(
    fc.property(units, layouts, (batch, layout) => {
      const { starts, used, read } = laidOut(batch, layout)
      const [at, targets, owner, weight] = ['at', 'targets', 'owner', 'weight'].map(read) as [
        number[],
        number[],
        number[],
        number[],
      ]
      const [ids, positions] = [read('ids'), read('positions')]
      let n = 0
      batch.forEach((unit, b) => {
        for (const side of sidesOf(unit)) {
          const sequence = [...unit.shared, ...unit[side]]
          const before = unit.shared.length + (side === 'rejected' ? unit.chosen.length : 0)
          const own = [...range(starts[b]!, unit.shared.length), ...range(starts[b]! + before, unit[side].length)]
          const first = sequence.length - responseTokens(unit, side)
          for (let i = first; i < sequence.length; i++, n++) {
            expect([targets[n], owner[n], weight[n]]).toEqual([sequence[i], 2 * b + (side === 'chosen' ? 0 : 1), 1])
            // There is the sequence's token i - 1, at position i - 1, in the unit's prompt or in the same branch.
            expect(at[n]).toBe(own[i - 1])
            expect(ids[at[n]!]).toBe(sequence[i - 1])
            expect(positions[at[n]!]).toBe(i - 1)
          }
        }
      })
      expect(n).toBe(batch.reduce((sum, unit) => sum + scoredTokens(unit), 0))
      expect(weight.slice(n).every((value) => value === 0)).toBe(true)
      // What fills the tiles up is in range too, and is no padding.
      expect(at.every((token) => token >= 0 && token < used)).toBe(true)
      expect(owner.every((value) => value >= 0 && value < 2 * batch.length)).toBe(true)
    }),
  )
})

test('tokens lie end to end, each once, and positions stay below the context needed', () => {
  fc.assert(
    fc.property(units, layouts, (batch, layout) => {
      const { used, read } = laidOut(batch, layout)
      expect(read('ids').slice(0, used)).toEqual(
        batch.flatMap((unit) => [...unit.shared, ...unit.chosen, ...unit.rejected]),
      )
      let start = 0
      for (const unit of batch) {
        const positions = read('positions').slice(start, start + unitTokens(unit))
        const counted = (tokens: readonly number[], from: number) => tokens.map((_, i) => from + i)
        expect(positions).toEqual([
          ...counted(unit.shared, 0),
          ...counted(unit.chosen, unit.shared.length),
          ...counted(unit.rejected, unit.shared.length),
        ])
        expect(Math.max(...positions)).toBe(contextNeeded(unit) - 1)
        start += unitTokens(unit)
      }
    }),
  )
})

test('each token has one seat, and empty seats hold padding that nobody reads', () => {
  fc.assert(
    fc.property(units, layouts, (batch, layout) => {
      const { N, used, read, groups } = laidOut(batch, layout)
      const seats = [...read('prompts'), ...groups.flatMap(({ readers }) => readers.flat())]
      const places = read('places')
      for (let token = 0; token < used; token++) expect(seats[places[token]!]).toBe(token)
      seats.forEach((token, seat) => token !== N - 1 && expect([token, places[token]]).toEqual([token, seat]))
      expect(seats.filter((token) => token !== N - 1)).toHaveLength(used)
      expect(N - 1).toBeGreaterThanOrEqual(used)
      expect(read('at')).not.toContain(N - 1)
      expect(places.every((place) => place >= 0 && place < seats.length)).toBe(true)
    }),
  )
})

const later = 2 ** 30
const filled = (values: number[], length: number, blank: number) => [
  ...values,
  ...Array<number>(length - values.length).fill(blank),
]

test('a row for each prompt, which reads itself; empty seats are later than all', () => {
  fc.assert(
    fc.property(units, layouts, (batch, layout) => {
      const { N, starts, read, rows, shape } = laidOut(batch, layout)
      const S = shape('prompts')[1]!
      expect(Math.max(...read('positions'))).toBeLessThan(later)
      const prompts = batch.map(({ shared }, b) => range(starts[b]!, shared.length))
      expect(rows('prompts')).toEqual(prompts.map((prompt) => filled(prompt, S, N - 1)))
      expect(rows('prompt_positions')).toEqual(prompts.map((prompt) => filled(range(0, prompt.length), S, later)))
    }),
  )
})

test('a row for each response, which reads its prompt and itself, in groups of at least one row', () => {
  fc.assert(
    fc.property(units, layouts, (batch, layout) => {
      const { N, starts, groups } = laidOut(batch, layout)
      /** By their first token, the responses that have not been seen yet. */
      const expected = new Map(
        batch.flatMap((unit, b) =>
          sidesOf(unit).map((side) => {
            const from = unit.shared.length
            const first = starts[b]! + from + (side === 'rejected' ? unit.chosen.length : 0)
            return [first, { prompt: range(starts[b]!, from), own: range(first, unit[side].length), from }] as const
          }),
        ),
      )
      for (const { readers, positions, reads, readPositions } of groups) {
        expect(readers.length).toBeGreaterThan(0)
        const T = readers[0]!.length
        const S = reads[0]!.length - T
        readers.forEach((row, c) => {
          const { prompt, own, from } = expected.get(row[0]!) ?? { prompt: [], own: [], from: 0 }
          expected.delete(row[0]!)
          expect(row).toEqual(filled(own, T, N - 1))
          expect(positions[c]).toEqual(filled(range(from, own.length), T, later))
          expect(reads[c]).toEqual([...filled(prompt, S, N - 1), ...filled(own, T, N - 1)])
          expect(readPositions[c]).toEqual([
            ...filled(range(0, from), S, later),
            ...filled(range(from, own.length), T, later),
          ])
        })
      }
      expect(expected.size).toBe(0)
    }),
  )
})

test('shapes repeat: tokens in steps of 32, rows and tiles in steps of 16, and all tiles are equal', () => {
  fc.assert(
    fc.property(units, layouts, (batch, layout) => {
      const { N, R, used, shape, groups } = laidOut(batch, layout)
      const [B, S] = shape('prompts') as [number, number]
      expect([B, N % 32, S % 16, R % 16]).toEqual([batch.length, 0, 0, 0])
      const scored = batch.reduce((sum, unit) => sum + scoredTokens(unit), 0)
      expect(N - used - 1).toBeLessThan(32)
      expect(S - Math.max(...batch.map(({ shared }) => shared.length))).toBeLessThan(16)
      expect(R - Math.ceil(scored / layout.tiles)).toBeLessThan(16)
      expect(layout.tiles * R).toBeGreaterThanOrEqual(scored)
      const taken = (row: number[]) => row.filter((token) => token !== N - 1).length
      for (const { readers, reads } of groups) {
        const T = readers[0]!.length
        expect([T % 16, reads[0]!.length % 16]).toEqual([0, 0])
        expect(T - Math.max(...readers.map(taken))).toBeLessThanOrEqual(16)
        const prompts = reads.map((row) => taken(row.slice(0, -T)))
        expect(reads[0]!.length - T - Math.max(...prompts)).toBeLessThanOrEqual(16)
      }
    }),
  )
})

test('sizes that change from batch to batch have names, and the same names are the same sizes', () => {
  fc.assert(
    fc.property(units, layouts, (batch, layout) => {
      const arrays = collate(batch, layout)
      const absent = (name: string) => Number(/^branch.*_(\d)$/.exec(name)?.[1]) >= layout.groups
      const present = Object.entries(collatedSizes).filter(([name]) => !absent(name))
      expect(present.map(([name]) => name).toSorted()).toEqual(Object.keys(arrays).toSorted())
      const sizes = new Map<string | null, number>([[null, layout.tiles]])
      for (const [name, sides] of present) {
        expect(arrays[name]!.shape).toHaveLength(sides.length)
        sides.forEach((side, i) => {
          expect(sizes.get(side) ?? arrays[name]!.shape[i]).toBe(arrays[name]!.shape[i])
          sizes.set(side, arrays[name]!.shape[i]!)
        })
      }
    }),
  )
})

test('as many tiles as are needed for the largest batch, none over the limit in this or a smaller one', () => {
  const limit = fc.integer({ min: 16, max: 400 })
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 3000 }),
      limit,
      fc.double({ min: 0, max: 1, noNaN: true }),
      (most, limit, share) => {
        const tiles = tilesNeeded(most, limit)
        for (const scored of [most, Math.floor(share * most)].filter((count) => count > 0)) {
          const { R } = laidOut([oneSidedUnit([1], Array<number>(scored).fill(2))], { tiles })
          expect(R).toBeLessThanOrEqual(limit)
          expect(tiles * R).toBeGreaterThanOrEqual(scored)
        }
      },
    ),
  )
  expect([tilesNeeded(0, 100), tilesNeeded(84, 100), tilesNeeded(85, 100)]).toEqual([1, 1, 2])
})

test('the layout of many batches has tiles for the largest of them', () => {
  const one = (scored: number) => [oneSidedUnit([1], Array<number>(scored).fill(2))]
  const model = { heads: 1, headDim: 8 }
  expect(layoutOf([one(84), one(85), one(3)], model, 100)).toEqual({ tiles: 2, groups: 1 })
  expect(layoutOf([], model, 100)).toEqual({ tiles: 1, groups: 1 })
})

test('what cannot be laid out is refused by name', () => {
  const good = { shared: [1], chosen: [2], rejected: [3], chosenFrom: 0, rejectedFrom: 0 }
  expect(() => collate([good, { ...good, shared: [] }])).toThrow('Unit 1 of the batch has an empty prompt')
  expect(() => collate([{ ...good, chosenFrom: 1 }])).toThrow('empty chosen response')
  expect(() => collate([{ ...good, rejectedFrom: -1 }])).toThrow('Unit 0 of the batch has an empty rejected response')
})
