// Groups of responses: the cheapest cut against all cuts, and how many are worth their price.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { groupedByLength, groupsWorth, mostGroups, type Response } from '../../../src/ml/data/grouping.ts'

const response = fc.record({ tokens: fc.integer({ min: 1, max: 300 }), prompt: fc.integer({ min: 1, max: 200 }) })
const responses = fc.array(response, { minLength: 1, maxLength: 6 })

const up = (length: number) => Math.ceil(length / 16) * 16
const scores = (group: readonly Response[]) => {
  const [T, S] = [up(Math.max(...group.map((r) => r.tokens))), up(Math.max(...group.map((r) => r.prompt)))]
  return group.length * T * (S + T)
}
const total = (groups: readonly (readonly Response[])[]) => groups.reduce((sum, group) => sum + scores(group), 0)

/** Every way to cut a list into at most so many parts. */
function* cutsOf<T>(list: readonly T[], most: number): Generator<T[][]> {
  yield [[...list]]
  if (most === 1) return
  for (let cut = 1; cut < list.length; cut++)
    for (const rest of cutsOf(list.slice(cut), most - 1)) yield [list.slice(0, cut), ...rest]
}

test('each response is in one group, shorter ones before longer ones, and no cut has fewer scores', () => {
  fc.assert(
    fc.property(responses, fc.integer({ min: 1, max: mostGroups }), (all, most) => {
      const groups = groupedByLength(all, most)
      const ordered = all.toSorted((a, b) => a.tokens - b.tokens)
      expect(groups.flat()).toEqual(ordered)
      expect(groups.length).toBeLessThanOrEqual(most)
      expect(total(groups)).toBe(Math.min(...[...cutsOf(ordered, most)].map(total)))
    }),
  )
})

test('no responses, no groups', () => {
  expect(groupedByLength([], 3)).toEqual([])
})

test('a small model takes one group, a large one with uneven responses as many as pay', () => {
  const uneven = [30, 40, 60, 70, 200, 220].map((tokens) => ({ tokens, prompt: 100 }))
  const even = uneven.map(() => ({ tokens: 100, prompt: 100 }))
  // 6 * 48 * (64 + 48) = 32,256 scores a head, 24,064 with a cut after 16: at 6 * 888 FLOP each a third of what a group costs.
  const short = [14, 16, 34, 36, 44, 46].map((tokens) => ({ tokens, prompt: 60 }))
  expect(groupsWorth([short], { heads: 6, headDim: 24 })).toBe(1)
  expect(groupsWorth([even], { heads: 32, headDim: 128 })).toBe(1)
  // One group: 6 * 224 * (112 + 224) = 451,584 scores a head. Two, cut before 200: 4 * 80 * 192 + 2 * 224 * 336 = 211,968. The
  // 239,616 between them are worth 32 * (12 * 128 + 600) FLOP each, a hundred times what a group costs.
  expect(groupsWorth([uneven], { heads: 32, headDim: 128 })).toBeGreaterThan(1)
  expect(groupsWorth([], { heads: 6, headDim: 24 })).toBe(1)
})
