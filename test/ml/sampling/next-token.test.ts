// The sampling maths on small hand-worked distributions.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  candidates,
  checkSampling,
  drawn,
  drawnInOrder,
  mostProbable,
  nextToken,
  probabilities,
  topK,
  topP,
  withRepetitionPenalty,
} from '../../../src/ml/sampling/next-token.ts'

const logits = Float32Array.from([Math.log(0.1), Math.log(0.4), Math.log(0.2), Math.log(0.3)])
const off = { temperature: 1, topK: 0, topP: 1, repetitionPenalty: 1 }
const tokens = (list: { token: number }[]) => list.map(({ token }) => token)

test('temperature sharpens: shares to the power 1/temperature', () => {
  expect(Array.from(probabilities(logits, 1)).map((p) => +p.toFixed(5))).toEqual([0.1, 0.4, 0.2, 0.3])
  const squares = [0.01, 0.16, 0.04, 0.09].map((x) => x / 0.3)
  probabilities(logits, 0.5).forEach((p, i) => expect(p).toBeCloseTo(squares[i]!, 6))
  expect(probabilities(Float32Array.from([1000, 0]), 1)[0]).toBe(1)
})

test('top-k and top-p keep the head of the order and renew the shares', () => {
  const sorted = candidates(probabilities(logits, 1))
  expect(tokens(sorted)).toEqual([1, 3, 2, 0])
  expect(tokens(topK(sorted, 2))).toEqual([1, 3])
  expect(topK(sorted, 2)[0]!.share).toBeCloseTo(4 / 7, 6)
  expect(tokens(topK(sorted, 0))).toEqual([1, 3, 2, 0])
  expect(tokens(topP(sorted, 0.39))).toEqual([1])
  expect(tokens(topP(sorted, 0.41))).toEqual([1, 3])
  expect(tokens(topP(sorted, 0.75))).toEqual([1, 3, 2])
  expect(tokens(topP(sorted, 1))).toEqual([1, 3, 2, 0])
})

test('leaving rare tokens unsorted does not change the nucleus', () => {
  fc.assert(
    fc.property(
      fc.array(fc.float({ min: -20, max: 20, noNaN: true }), { minLength: 1, maxLength: 60 }),
      fc.double({ min: 0.01, max: 0.99, noNaN: true }),
      (raw, p) => {
        const shares = probabilities(Float32Array.from(raw), 1)
        expect(tokens(topP(candidates(shares, p), p))).toEqual(tokens(topP(candidates(shares), p)))
      },
    ),
  )
})

test('the repetition penalty lowers seen tokens once, whatever their sign', () => {
  expect(Array.from(withRepetitionPenalty(Float32Array.from([2, -2, 2]), [0, 0, 1, 99], 2))).toEqual([1, -4, 2])
})

test('a draw follows the cumulative shares', () => {
  const sorted = candidates(probabilities(logits, 1))
  expect([0, 0.39, 0.41, 0.69, 0.71, 0.89, 0.91, 0.9999999].map((u) => drawn(sorted, u))).toEqual([
    1, 1, 3, 3, 2, 2, 0, 0,
  ])
})

test('without a filter tokens are drawn in their own order, none of no probability', () => {
  const shares = Float64Array.from([0.1, 0, 0.4, 0.2, 0.3, 0])
  expect([0, 0.09, 0.11, 0.49, 0.51, 0.69, 0.71, 1 - 2 ** -32].map((u) => drawnInOrder(shares, u))).toEqual([
    0, 0, 2, 2, 3, 3, 4, 4,
  ])
  // Rounding may leave the shares short of 1.
  expect(drawnInOrder(Float64Array.from([0.5, 0.4999, 0]), 0.99999)).toBe(1)
})

test('temperature 0 is greedy whatever the number drawn, with the first of equals', () => {
  expect(nextToken(logits, [], { ...off, temperature: 0 }, 0.999)).toBe(1)
  expect(nextToken(logits, [1], { ...off, temperature: 0, repetitionPenalty: 2 }, 0)).toBe(3)
  expect(mostProbable([1, 3, 3])).toBe(1)
})

test('a token of no probability is never drawn', () => {
  const one = Float32Array.from([-Infinity, 0, -Infinity])
  for (const u of [0, 0.5, 1 - 2 ** -32]) expect(nextToken(one, [], off, u)).toBe(1)
  expect(() => nextToken(Float32Array.from([NaN, NaN]), [], off, 0.5)).toThrow('No token can be drawn')
})

test.each([
  [{ temperature: -1 }, 'Sampling temperature must be 0 or more, got -1.'],
  [{ topK: 1.5 }, 'Sampling top-k must be a whole number'],
  [{ topP: 0 }, 'Sampling top-p must be above 0'],
  [{ repetitionPenalty: 0 }, 'Repetition penalty must be above 0'],
])('%o is refused', (wrong, message) => {
  expect(() => checkSampling({ ...off, ...wrong })).toThrow(message)
})
