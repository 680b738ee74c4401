// The table of checkers: plain data that a form can be built from, and what it refuses.
import { expect, test } from 'vitest'
import { checkerOf, checkers } from '../../../src/ml/checkers/table.ts'

test('the table is plain data, with a name, a meaning and defaults that fit for every parameter', () => {
  expect(structuredClone(checkers)).toEqual(checkers)
  expect(checkers.map(({ name }) => name)).toEqual([
    'arithmetic-answer',
    'exact-match',
    'contains',
    'length',
    'format',
    'instructions',
  ])
  for (const { meaning, parameters } of checkers) {
    expect(meaning).toMatch(/\.$/)
    expect(new Set(parameters.map(({ key }) => key)).size).toBe(parameters.length)
    for (const parameter of parameters) expect(parameter.meaning).toMatch(/\.$/)
  }
})

test('a checker says all its parameters, defaults filled in', () => {
  expect(checkerOf('length', { at_most: 5 })).toMatchObject({
    name: 'length',
    parameters: { unit: 'words', at_least: null, at_most: 5 },
  })
})

test.each<[string, Record<string, unknown>, string]>([
  [
    'eval',
    {},
    'There is no checker "eval"; there are arithmetic-answer, exact-match, contains, length, format, instructions.',
  ],
  ['constructor', {}, 'There is no checker "constructor"'],
  ['exact-match', { a: 1 }, 'Checker exact-match has no parameter "a"; it has none.'],
  ['length', JSON.parse('{"__proto__": 1}') as Record<string, unknown>, 'Checker length has no parameter "__proto__"'],
  ['length', {}, 'Checker length needs at_least, at_most or both.'],
  ['length', { at_least: 5, at_most: 4 }, 'Checker length needs at_least of at most at_most, got 5 and 4.'],
  [
    'length',
    { at_least: 1.5 },
    'Parameter at_least of checker length must be a whole number from 1 to 100000, or left out, got 1.5.',
  ],
  ['length', { at_least: NaN }, 'got NaN.'],
  ['length', { at_least: '5' }, 'got "5".'],
  ['length', { unit: 'pages', at_least: 1 }, 'must be one of words, characters, lines, sentences, got "pages".'],
  ['contains', {}, 'Checker contains needs at least one text in required or forbidden.'],
  ['contains', { required: 'word' }, 'must be a list of at most 50 texts'],
  ['contains', { required: [' '] }, 'got another list.'],
  ['contains', { required: ['a'.repeat(201)] }, 'got another list.'],
  ['contains', { required: ['a'], match_case: 1 }, 'must be true or false, got 1.'],
  ['format', {}, 'Checker format needs at least one rule.'],
  ['format', { starts_with: ' ' }, 'Checker format needs at least one rule.'],
  ['format', { starts_with: {} }, 'must be a text of at most 1000 characters, got a value of type object.'],
])('%s with %j is refused in one line', (name, parameters, message) => {
  expect(() => checkerOf(name, parameters)).toThrow(message)
  expect(() => checkerOf(name, parameters)).not.toThrow(/\n/)
})
