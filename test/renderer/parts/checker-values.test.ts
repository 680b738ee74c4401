import { expect, test } from 'vitest'
import type { CheckerListing, CheckerParameter } from '#contract'
import {
  knownParameters,
  parameterProblem,
  parameterText,
  parameterTyped,
  withParameter,
} from '../../../src/renderer/parts/checker-values.ts'

const told = { label: '', meaning: '' }
const number: CheckerParameter = { key: 'n', ...told, kind: 'integer', min: 1, max: 9, optional: true, default: null }
const needed: CheckerParameter = { key: 'm', ...told, kind: 'integer', min: 1, max: 9, default: 2 }
const words: CheckerParameter = { key: 'w', ...told, kind: 'texts', most: 2, longest: 3, default: [] }
const text: CheckerParameter = { key: 't', ...told, kind: 'text', longest: 3, default: '' }
const flag: CheckerParameter = { key: 'f', ...told, kind: 'switch', default: true }

test('what is typed is read by its kind, and shown as it was', () => {
  expect(parameterTyped(number, ' 3 ')).toBe(3)
  expect(parameterTyped(number, '')).toBeNull()
  expect(parameterTyped(needed, '')).toBe('')
  expect(parameterTyped(number, '3x')).toBe('3x')
  expect(parameterTyped(words, 'a\n\n b \n')).toEqual(['a', ' b '])
  expect(parameterText(['a', 'b'])).toBe('a\nb')
  expect(parameterText(null)).toBe('')
})

test('what is wrong is said', () => {
  expect(parameterProblem(number, null)).toBeNull()
  expect(parameterProblem(number, 10)).toBe('A whole number from 1 to 9.')
  expect(parameterProblem(needed, '')).toBe('A whole number from 1 to 9.')
  expect(parameterProblem(text, 'abcd')).toBe('At most 3 characters.')
  expect(parameterProblem(words, ['a', 'b', 'c'])).toBe('At most 2 texts.')
  expect(parameterProblem(words, ['abcd'])).toBe('Each at most 3 characters.')
  expect(parameterProblem(flag, false)).toBeNull()
})

test('a value at its default is not kept', () => {
  expect(withParameter({ n: 3 }, needed, 4)).toEqual({ n: 3, m: 4 })
  expect(withParameter({ n: 3, m: 4 }, needed, 2)).toEqual({ n: 3 })
  expect(withParameter({ w: ['a'] }, words, [])).toEqual({})
})

test('of an address only what the checker has and can hold is taken', () => {
  const listing: CheckerListing = { name: 'x', ...told, expects: null, parameters: [number, words, flag] }
  expect(knownParameters(listing, { n: 3, w: 'a', f: false, constructor: 'x' })).toEqual({ n: 3, f: false })
})
