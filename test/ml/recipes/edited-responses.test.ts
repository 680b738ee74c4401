// Near misses and shuffles on generated responses.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { nearMiss, shuffled } from '../../../src/ml/recipes/edited-responses.ts'

const eos = [0]
const words = fc.array(fc.integer({ min: 1, max: 9 }), { maxLength: 40 })
const response = fc.tuple(words, fc.boolean()).map(([tokens, ends]) => (ends ? [...tokens, 0] : tokens))

test('a near miss has the same length and end, and one word in eight, at least one, is another of the pool', () => {
  fc.assert(
    fc.property(response, fc.nat(), (tokens, seed) => {
      const found = nearMiss(tokens, { pool: [1, 2, 11, 12], eos, seed })
      const length = tokens.filter((token) => token !== 0).length
      if (length === 0) {
        expect(found).toBeNull()
        return
      }
      const changed = found!.filter((token, i) => token !== tokens[i])
      expect(found).toHaveLength(tokens.length)
      expect(changed).toHaveLength(Math.max(1, Math.round(length / 8)))
      for (const token of changed) expect([1, 2, 11, 12]).toContain(token)
      expect(found!.at(-1) === 0).toBe(tokens.at(-1) === 0)
      expect(nearMiss(tokens, { pool: [1, 2, 11, 12], eos, seed })).toEqual(found)
    }),
  )
  expect(nearMiss([3, 3, 0], { pool: [3], eos, seed: 1 })).toBeNull()
})

test('a shuffle has the same words in another order, and the same end', () => {
  fc.assert(
    fc.property(response, fc.nat(), (tokens, seed) => {
      const found = shuffled(tokens, { eos, seed })
      if (found === null) return
      expect(found).not.toEqual(tokens)
      expect(found.toSorted()).toEqual([...tokens].sort())
      expect(found.at(-1) === 0).toBe(tokens.at(-1) === 0)
    }),
  )
  expect(shuffled([1, 2, 3, 4, 0], { eos, seed: 1 })).not.toBeNull()
  expect([shuffled([4, 4, 0], { eos, seed: 1 }), shuffled([0], { eos, seed: 1 })]).toEqual([null, null])
})
