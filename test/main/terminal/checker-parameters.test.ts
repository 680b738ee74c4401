// --parameter key=value, read by the listings of the checkers that ship.
import { expect, test } from 'vitest'
import { checkerParameters } from '../../../src/main/terminal/checker-parameters.ts'
import { UsageError } from '../../../src/main/terminal/grammar.ts'
import { checkers } from '../../../src/main/trainer/jobs/checkers.ts'

const listings = await checkers()

const read = (checker: string, ...list: string[]) =>
  checkerParameters(
    listings.find(({ name }) => name === checker)!,
    list,
  )

test('each kind is read as what it is', () => {
  expect(read('length', 'unit=lines', 'at_least=2', 'at_most=')).toEqual({ unit: 'lines', at_least: 2, at_most: null })
  expect(read('contains', 'required=a=b', 'required=c, d', 'match_case=true')).toEqual({
    required: ['a=b', 'c, d'],
    match_case: true,
  })
  expect(read('format', 'starts_with=  Dear')).toEqual({ starts_with: '  Dear' })
  expect(read('arithmetic-answer')).toEqual({})
})

test.each([
  ['length', 'at_most=many', 'Parameter at_most takes a whole number, got "many"'],
  ['length', 'at_most=1.5', 'Parameter at_most takes a whole number, got "1.5"'],
  ['length', 'unit=miles', 'Parameter unit takes words, characters, lines, sentences, got "miles"'],
  ['length', 'wings=2', 'Checker length has no parameter "wings"; it has unit, at_least, at_most'],
  ['exact-match', 'wings=2', 'Checker exact-match has no parameter "wings"; it has none'],
  ['contains', 'match_case=yes', 'Parameter match_case takes true or false, got "yes"'],
  ['contains', 'match_case', '--parameter takes key=value, got "match_case"'],
])('%s %s is refused', (checker, entry, message) => {
  expect(() => read(checker, entry)).toThrow(UsageError)
  expect(() => read(checker, entry)).toThrow(message)
})

test('what can have one value is not given twice', () => {
  expect(() => read('length', 'at_most=1', 'at_most=2')).toThrow('Parameter at_most is given twice')
})

test('no name reaches what every object inherits', () => {
  expect(() => read('length', '__proto__=1')).toThrow('no parameter "__proto__"')
  expect(() => read('length', 'constructor=1')).toThrow('no parameter "constructor"')
})
