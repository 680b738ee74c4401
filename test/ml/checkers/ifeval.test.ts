// IFEval's instructions: each of the 25 kinds on a response that keeps it and one that does not, with rows of IFEval itself
// (test/fixtures/ifeval-30.jsonl: 30 of the 541 prompts, Google Research, Apache-2.0).
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { instructionNames } from '../../../src/ml/checkers/ifeval.ts'
import { checkerOf } from '../../../src/ml/checkers/table.ts'

type Row = { prompt: string; instruction_id_list: string[]; kwargs: Record<string, unknown>[] }

const { check } = checkerOf('instructions')
const rows = readFileSync(new URL('../../fixtures/ifeval-30.jsonl', import.meta.url), 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as Row)

// By kind, against the arguments that the fixture's first row of that kind has: a response that keeps it, one that breaks it.
const cases: Record<string, [kept: string, broken: string]> = {
  'keywords:existence': ['Forests pose a RIDDLE.', 'forests'],
  'keywords:forbidden_words': ['heutemorgen', 'Bis Heute!'],
  'keywords:frequency': ['Elephant elephants elephant', 'elephant elephant'],
  'keywords:letter_frequency': ['A dog', 'A cat'],
  'change_case:english_lowercase': ['all small.', 'Not all.'],
  'change_case:english_capital': ['ALL OF IT.', 'NOT all.'],
  'change_case:capital_word_frequency': ['NATO '.repeat(19) + 'I', 'NATO '.repeat(19) + 'nato Nato'],
  'length_constraints:number_words': ['word '.repeat(299), "don't ".repeat(150)],
  'length_constraints:number_sentences': ['Yes. '.repeat(5), 'Yes. '.repeat(6)],
  'length_constraints:number_paragraphs': ['a\n***\nb *** c\n***\nd\n***', 'a ****** b *** c *** d'],
  'length_constraints:nth_paragraph_first_word': ['"Firms, yes.\n\nb\n\nc\n\nd', 'a\n\nfirms\n\nc\n\nd'],
  'detectable_format:multiple_sections': ['SECTION 1\nSECTION 2\nSECTION 3\nSECTION4', 'SECTION 1 SECTION A section 2'],
  'detectable_format:number_bullet_lists': ['* a\n- b\n  * c', '* a\n** b\n* c'],
  'detectable_format:number_highlighted_sections': ['*a* and **b**', '*a* and ** **'],
  'detectable_format:title': ['<<A title>>', '<A title>'],
  'detectable_format:json_format': ['```JSON\n[1]\n```', '[1'],
  'detectable_format:constrained_response': ['Well. My answer is maybe.', 'Yes.'],
  'detectable_content:number_placeholders': ['Dear [name]', 'Dear [na\nme]'],
  'detectable_content:postscript': ['Bye.\nP. P. S. more', 'Bye.\nPPS more'],
  'combination:two_responses': ['a ****** b', 'a ****** a'],
  'combination:repeat_prompt': [
    'WHAT is the name of the actor who played Gandalf in Lord of the Rings? Ian McKellen.',
    'Sure! What is the name of the actor who played Gandalf in Lord of the Rings?',
  ],
  'startend:end_checker': ['"So it is. peace!"', 'Peace! Bye.'],
  'startend:quotation': ['"all"', '"part" of it'],
  'punctuation:no_comma': ['none', 'one, two'],
}

test('every kind of instruction in the data is known', () => {
  const inData = new Set(rows.flatMap((row) => row.instruction_id_list))
  expect(inData.size).toBe(25)
  expect([...inData].sort()).toEqual(instructionNames.filter((name) => !name.startsWith('verse:')).sort())
  expect([...Object.keys(cases), 'language:response_language'].sort()).toEqual([...inData].sort())
})

test.each(Object.entries(cases))('%s', (name, [kept, broken]) => {
  const row = rows.find((candidate) => candidate.instruction_id_list.includes(name))!
  const values = row.kwargs[row.instruction_id_list.indexOf(name)]
  const expected = JSON.stringify({ instruction_id_list: [name], kwargs: [values] })
  expect(check(row.prompt, kept, expected)).toMatchObject({ verdict: 'pass', score: 1 })
  expect(check(row.prompt, broken, expected)).toMatchObject({ verdict: 'fail', score: 0 })
})

const asked = (...list: [string, unknown][]) =>
  JSON.stringify({ instruction_id_list: list.map(([name]) => name), kwargs: list.map(([, values]) => values) })

test('of a poem or slogan: lines, words in each, a title that counts as no line', () => {
  const poem = 'Title: Rain\n\nrain falls here\nso does snow\n\nall of winter long\n'
  const verdict = (response: string, name: string, values: unknown) =>
    check('', response, asked([name, values])).verdict
  expect(verdict(poem, 'verse:number_lines', { num_lines: 3 })).toBe('pass')
  expect(verdict(poem, 'verse:number_lines', { num_lines: 4 })).toBe('fail')
  expect(verdict(poem, 'verse:words_a_line', { num_words: 5, relation: 'less than' })).toBe('pass')
  expect(verdict(poem, 'verse:words_a_line', { num_words: 4, relation: 'less than' })).toBe('fail')
  expect(verdict(poem, 'verse:words_a_line', { num_words: 3, relation: 'at least' })).toBe('pass')
  expect(verdict(poem, 'verse:title', {})).toBe('pass')
  expect(verdict('rain\nTitle: Rain', 'verse:title', {})).toBe('fail')
  expect(verdict('Title:\nrain', 'verse:title', {})).toBe('fail')
  // A title alone is no poem of short lines.
  expect(verdict('Title: Rain', 'verse:words_a_line', { num_words: 9, relation: 'less than' })).toBe('fail')
})

test('a whole row is read, other columns with it; the score is the share of instructions kept', () => {
  const row = rows.find((candidate) => candidate.instruction_id_list.length === 2)!
  expect(check(row.prompt, 'riddle, forests', JSON.stringify(row))).toEqual({
    score: 0.5,
    verdict: 'fail',
    why: 'not kept: no commas',
  })
})

test('which language a response is in is not decided, but a broken rule beside it is', () => {
  const language: [string, unknown] = ['language:response_language', { language: 'sw' }]
  const result = check('', 'habari', asked(language))
  expect(result).toMatchObject({ score: 0, verdict: 'undecided' })
  expect(result.why).toBe('cannot tell: in the language "sw", for which there is no detector here')
  expect(check('', 'habari, dunia', asked(language, ['punctuation:no_comma', {}]))).toMatchObject({ verdict: 'fail' })
})

test.each([
  [null, 'there are no instructions'],
  ['{', 'the instructions are no JSON object'],
  ['[]', 'the instructions are no JSON object'],
  [
    '{"instruction_id_list": ["a"], "kwargs": []}',
    'instruction_id_list and kwargs must be two lists of the same length',
  ],
  [asked(), 'there is no rule to check'],
  [asked(...Array<[string, unknown]>(51).fill(['a', {}])), 'there are more than 50 instructions'],
  [asked(['constructor', {}]), 'cannot tell: an unknown instruction "constructor"'],
  [asked(['__proto__', {}]), 'cannot tell: an unknown instruction "__proto__"'],
  [
    asked(['length_constraints:number_words', { num_words: '3', relation: 'at least' }]),
    'cannot tell: an instruction whose num_words is missing or not readable',
  ],
  [
    asked(['length_constraints:number_words', null]),
    'cannot tell: an instruction whose num_words is missing or not readable',
  ],
])('undecided: %s', (expected, why) => {
  expect(check('', 'anything', expected)).toEqual({ score: 0, verdict: 'undecided', why })
})

test('a keyword from data is literal text, not a pattern', () => {
  expect(check('', 'aaaa', asked(['keywords:existence', { keywords: ['a+'] }])).verdict).toBe('fail')
  expect(check('', 'so a+ it is', asked(['keywords:existence', { keywords: ['a+'] }])).verdict).toBe('pass')
})
