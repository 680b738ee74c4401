// The checkers of plain text: exact match, keywords, length and format.
import { expect, test } from 'vitest'
import { normalised } from '../../../src/ml/checkers/exact-match.ts'
import { checkerOf } from '../../../src/ml/checkers/table.ts'
import { sentenceCount } from '../../../src/ml/checkers/text-counts.ts'

const verdict = (name: string, parameters: Record<string, unknown>, response: string, expected: string | null = null) =>
  checkerOf(name, parameters).check('', response, expected).verdict

test.each([
  ['The  Cat!', 'cat'],
  ['a-b', 'ab'],
  ['An apple a day', 'apple day'],
  ['theatre', 'theatre'],
  ['Éa the', 'éa'],
  ['U.S.A.', 'usa'],
  ['“the” end', '“ ” end'],
  ['', ''],
])('%j is normalised to %j, as SQuAD has it', (text, expected) => {
  expect(normalised(text)).toBe(expected)
})

test('exact match compares normalised texts and needs something to compare', () => {
  expect(verdict('exact-match', {}, 'The Eiffel Tower.', 'eiffel tower')).toBe('pass')
  expect(verdict('exact-match', {}, 'Eiffel', 'eiffel tower')).toBe('fail')
  expect(verdict('exact-match', {}, 'Eiffel')).toBe('undecided')
  expect(verdict('exact-match', {}, '!', 'The.')).toBe('undecided')
})

test('keywords are literal, whole words unless asked otherwise, and score by share', () => {
  expect(verdict('contains', { forbidden: ['rock'] }, 'A rocket.')).toBe('pass')
  expect(verdict('contains', { forbidden: ['rock'], whole_words: false }, 'A rocket.')).toBe('fail')
  expect(verdict('contains', { required: ['NASA'], match_case: true }, 'nasa')).toBe('fail')
  expect(verdict('contains', { required: ['c++', '(a+)+$'] }, 'I like C++ and (a+)+$.')).toBe('pass')
  expect(verdict('contains', { required: ['caf'] }, 'café')).toBe('fail')
  expect(verdict('contains', { required: ['x'] }, '𝒳x')).toBe('fail')
  expect(checkerOf('contains', { required: ['a', 'b', 'c'], forbidden: ['d'] }).check('', 'a d', null)).toEqual({
    score: 0.25,
    verdict: 'fail',
    why: 'not kept: has "b"; has "c"; has no "d"',
  })
})

test.each([
  ['words', "don't stop - well-known", 3],
  ['characters', '  a😀b ', 3],
  ['lines', 'a\r\n\r\nb\rc', 3],
  ['sentences', 'Dr. Smith paid $3.50. Why? "I see."\n1. e.g. this', 4],
])('length in %s of %j is %i', (unit, response, count) => {
  expect(verdict('length', { unit, at_least: count, at_most: count }, response)).toBe('pass')
  expect(verdict('length', { unit, at_least: count + 1 }, response)).toBe('fail')
  if (count > 1) expect(verdict('length', { unit, at_most: count - 1 }, response)).toBe('fail')
})

test.each([
  ['One. Two! Three? Four…', 4],
  ['He is 5. She is 6.', 2],
  ['1. First\n2. Second', 1],
  ['J. Smith met Mr. Brown at 3 p.m. today.', 1],
  ['Wait... what?!', 2],
  ['"Go!" he said.', 2],
  ['(It works.) **It does.**', 2],
  ['no end', 1],
  ['...', 0],
  ['', 0],
  ['see example.com/a.b for more', 1],
])('%j has %i sentences', (text, count) => {
  expect(sentenceCount(text)).toBe(count)
})

test.each<[Record<string, unknown>, string, string]>([
  [{ json: true }, '{"a": [1, 2]}', '{a: 1}'],
  [{ json: true }, '```json\n{"a": 1}\n```', 'Here: {"a": 1}'],
  [{ numbered: 3 }, 'Steps:\n1. a\n  2) b\n3. c', '1. a\n3. b\n2. c'],
  [{ numbered: 2 }, '1. a\n2. b', '1. a\n2. b\n3. c'],
  [{ bullets: 2 }, '- a\n* b', '- a\n**b**'],
  [{ title: true }, 'x <<poem of joy>>\ny', '<< >> <<\n>>'],
  [{ letters: 'lower case' }, 'all small, 3 times', 'One Capital'],
  [{ letters: 'upper case' }, 'ALL 3', 'ALl'],
  [{ letters: 'lower case' }, 'é', '123'],
  [{ no_commas: true }, 'none; here', 'one, here'],
  [{ starts_with: 'Dear' }, '  Dear Sir', 'dear Sir'],
  [{ ends_with: 'Peace!' }, 'so\nPeace!\n', 'Peace! Bye'],
  [{ quoted: true }, ' "all of it" ', '"'],
  [{ json: true, no_commas: true }, '[1]', '[1, 2]'],
])('format %j: %j passes and %j does not', (parameters, right, wrong) => {
  expect(verdict('format', parameters, right)).toBe('pass')
  expect(verdict('format', parameters, wrong)).toBe('fail')
})

test('an empty response passes nothing, or silence would be the way to no commas', () => {
  for (const empty of ['', ' \n\t', '\u00A0']) {
    expect(verdict('format', { no_commas: true }, empty)).toBe('fail')
    expect(verdict('length', { at_most: 10 }, empty)).toBe('fail')
    expect(verdict('contains', { forbidden: ['a'] }, empty)).toBe('fail')
  }
})

test('a response beyond 100,000 characters is cut for checking, and that is said', () => {
  const long = 'a '.repeat(50_000) + 'forbidden'
  expect(checkerOf('contains', { forbidden: ['forbidden'] }).check('', long, null)).toEqual({
    score: 1,
    verdict: 'pass',
    why: 'kept: has no "forbidden" (only the first 100,000 characters were read)',
  })
})
