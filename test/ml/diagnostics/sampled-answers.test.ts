// Repetition and length of answers worked by hand.
import { expect, test } from 'vitest'
import { answerReadings, repetition } from '../../../src/ml/diagnostics/sampled-answers.ts'

test('the share of 4-grams that were there before', () => {
  expect(repetition([1, 2, 3])).toBe(0)
  expect(repetition([1, 2, 3, 4, 5])).toBe(0)
  // 1234 2341 3412 4123 1234: one of five.
  expect(repetition([1, 2, 3, 4, 1, 2, 3, 4])).toBeCloseTo(1 / 5, 12)
  // One of seven is new.
  expect(repetition(Array<number>(10).fill(7))).toBeCloseTo(6 / 7, 12)
})

test('lengths, degenerate answers, and those that did not end', () => {
  const found = answerReadings([Array<number>(10).fill(7), [1, 2, 0], [0], []], [0])
  expect(found).toEqual({
    'answers/mean_length': 14 / 4,
    'answers/repetition': (1 - 1 / 7) / 4,
    'answers/degenerate': 1 / 4,
    'answers/cut_off': 2 / 4,
  })
  expect(answerReadings([], [0])).toEqual({})
})
