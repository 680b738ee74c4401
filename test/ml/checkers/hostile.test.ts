// Hostile text: no checker throws, leaves its ranges or takes long, whatever prompt, response and expected answer are.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { instructionNames } from '../../../src/ml/checkers/ifeval.ts'
import { finalNumber } from '../../../src/ml/checkers/final-number.ts'
import { checkerOf } from '../../../src/ml/checkers/table.ts'

const ready = [
  checkerOf('arithmetic-answer'),
  checkerOf('exact-match'),
  checkerOf('contains', { required: ['a', '((', '\\'], forbidden: ['.*', '\ud800'], whole_words: true }),
  checkerOf('contains', { required: ['a'], whole_words: false, match_case: true }),
  ...['words', 'characters', 'lines', 'sentences'].map((unit) =>
    checkerOf('length', { unit, at_least: 2, at_most: 9 }),
  ),
  checkerOf('format', {
    json: true,
    numbered: 2,
    bullets: 2,
    title: true,
    letters: 'lower case',
    no_commas: true,
    starts_with: '"',
    ends_with: '.',
    quoted: true,
  }),
  checkerOf('instructions'),
]

const allInstructions = JSON.stringify({
  instruction_id_list: instructionNames,
  kwargs: instructionNames.map(() => ({
    keywords: ['a', '(a+)+'],
    forbidden_words: ['a', 'aa'],
    keyword: 'a',
    frequency: 1,
    relation: 'at least',
    letter: 'a',
    let_frequency: 1,
    let_relation: 'less than',
    capital_frequency: 1,
    capital_relation: 'at least',
    language: 'de',
    num_words: 3,
    num_sentences: 2,
    num_paragraphs: 2,
    nth_paragraph: 1,
    first_word: 'a',
    section_spliter: 'a',
    num_sections: 1,
    num_bullets: 1,
    num_highlights: 1,
    num_placeholders: 1,
    postscript_marker: 'P.S.',
    prompt_to_repeat: 'a',
    end_phrase: 'a',
  })),
})

// Characters that the checkers look at, besides any others: arbitrary text alone seldom has two of them together.
const pieces = fc.constantFrom(
  ...' |\n|\r|1|23|,|.|-|/|=|+|:|$|%|####|\\boxed{|}|\\frac{|The answer is |A:|Q:|e5|½|million|<<|>>|[|]|*|**|***|_|"|{|a|The |Dr.|!|P.S.|```json|\ud83d|\ude00|\0|İ|ß'.split(
    '|',
  ),
)
const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.array(pieces, { maxLength: 40 }).map((parts) => parts.join('')),
)
const expectedText = fc.oneof(
  fc.constant(null),
  fc.constant(allInstructions),
  text,
  fc.json(),
  fc
    .record({
      instruction_id_list: fc.array(fc.oneof(fc.constantFrom(...instructionNames), fc.jsonValue()), { maxLength: 3 }),
      kwargs: fc.array(fc.jsonValue(), { maxLength: 3 }),
    })
    .map((row) => JSON.stringify(row)),
)

test('any text gives a verdict with a score in range and a short reason, the same each time', () => {
  fc.assert(
    fc.property(text, text, expectedText, (prompt, response, expected) => {
      for (const { check } of ready) {
        const result = check(prompt, response, expected)
        expect(result.score >= 0 && result.score <= 1).toBe(true)
        expect(result.verdict === 'pass').toBe(result.score === 1)
        if (result.verdict === 'undecided') expect(result.score).toBe(0)
        expect(result.why.length).toBeGreaterThan(0)
        expect(result.why.length).toBeLessThanOrEqual(300)
        expect(check(prompt, response, expected)).toEqual(result)
      }
    }),
    { numRuns: 600 },
  )
})

test('a number that was written is the number that is found', () => {
  const written = fc.tuple(fc.boolean(), fc.bigInt(0n, 10n ** 20n), fc.stringMatching(/^\d{0,6}$/))
  fc.assert(
    fc.property(
      written,
      fc.boolean(),
      fc.constantFrom('#### ', '\\boxed{', 'The answer is $', ''),
      (parts, grouped, mark) => {
        const [negative, whole, part] = parts
        const digits = grouped ? whole.toLocaleString('en') : String(whole)
        const number = `${digits}${part && `.${part}`}`
        const response = `Of 7 things: ${mark}${negative && !mark.endsWith('$') ? '-' : ''}${number}`
        const value = finalNumber(response)!.value!
        const sign = negative && !mark.endsWith('$') ? -1n : 1n
        expect(value.top * 10n ** BigInt(part.length)).toBe(sign * BigInt(whole + part) * value.bottom)
      },
    ),
  )
})

// Each would take minutes if a search went back over what it had read.
const repeated = [
  ...'. | \n |\n|*|**|[|<|<<|>|"|{|[{"a":|1|1,|1,234,|1.|.1|1/|1-| -|1=|1+1=|a|A. |A:|\\boxed{|\\boxed{1+1 |####|#### 1+1|answer=1+1 |answer is 1 |\\frac{1}{|\r|½|e|1e9|The |😀|\ud800|\n- |\n1. x|a_|_.5|A.B-|p.|***|"\''.split(
    '|',
  ),
  '\t',
]

test.each(repeated)('100,000 characters of %j are checked within a few seconds by all checkers together', (piece) => {
  const response = piece.repeat(Math.floor(100_000 / piece.length) - 2) + '.x'
  const started = performance.now()
  for (const { check } of ready) for (const expected of [response, allInstructions]) check(response, response, expected)
  expect(performance.now() - started).toBeLessThan(5000)
})
