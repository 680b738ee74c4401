// The arithmetic checker on the starter's problems, the shipped sample pairs and solutions of GSM8K.
import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isRight, problemAt } from '../../../starter/problems.ts'
import { checkerOf } from '../../../src/ml/checkers/table.ts'

type Row = { prompt: string; chosen: string; rejected: string; answer: string }

const { check } = checkerOf('arithmetic-answer')
const rows = (path: string) =>
  readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Row)
const share = (
  all: readonly Row[],
  verdict: string,
  response: (row: Row) => string,
  answer: (row: Row) => string | null,
) => all.filter((row) => check(row.prompt, response(row), answer(row)).verdict === verdict).length / all.length

test('every chosen answer of the sample pairs is right and every rejected one wrong, with and without an answer given', () => {
  const sample = rows('resources/sample-pairs.jsonl')
  expect(sample.length).toBe(320)
  for (const answer of [() => null, (row: Row) => row.answer, (row: Row) => row.chosen]) {
    expect(share(sample, 'pass', (row) => row.chosen, answer)).toBe(1)
    expect(share(sample, 'fail', (row) => row.rejected, answer)).toBe(1)
  }
})

test('the answer to each form of problem is read off its prompt', () => {
  const kinds = new Set<string>()
  for (let index = 0; index < 1000; index++) {
    const problem = problemAt(3, 'checker', index)
    kinds.add(problem.kind)
    expect(check(problem.prompt, problem.response, null).verdict, problem.prompt).toBe('pass')
    const other = problemAt(3, 'other', index).response
    // The starter's own rule also looks at the steps, so what it takes for right must pass here.
    if (isRight(problem, other)) expect(check(problem.prompt, other, null).verdict).toBe('pass')
  }
  expect(kinds.size).toBe(9)
})

test('solutions of GSM8K: right ones pass and wrong ones fail, against the answer or against a right solution', () => {
  const pairs = rows('test/fixtures/gsm8k-200.jsonl')
  for (const answer of [(row: Row) => row.answer, (row: Row) => `#### ${row.answer}`, (row: Row) => row.chosen]) {
    expect(share(pairs, 'pass', (row) => row.chosen, answer)).toBe(1)
    expect(share(pairs, 'fail', (row) => row.rejected, answer)).toBe(1)
  }
})

test('solutions of GSM8K without their last line: the last number does for nearly all', () => {
  const pairs = rows('test/fixtures/gsm8k-200.jsonl')
  const unmarked = (text: string) => text.replace(/\nA: [^\n]*$/, '')
  expect(
    share(
      pairs,
      'pass',
      (row) => unmarked(row.chosen),
      (row) => row.answer,
    ),
  ).toBeGreaterThan(0.95)
  expect(
    share(
      pairs,
      'fail',
      (row) => unmarked(row.rejected),
      (row) => row.answer,
    ),
  ).toBeGreaterThan(0.98)
})

test.each([
  ['42', '42.0', 'pass'],
  ['1,200', '$1200', 'pass'],
  ['0.5', 'The answer is 1/2.', 'pass'],
  ['0.3', '0.30000000000000004', 'fail'],
  ['9007199254740993', '9007199254740992', 'fail'],
  ['-5', '5', 'fail'],
  ['5', '5 million', 'fail'],
  ['20', '20%', 'pass'],
  ['42', 'forty-two', 'fail'],
  ['42', '9'.repeat(1000), 'fail'],
  ['42', 'I would rather not say.', 'fail'],
  ['42', '1/0', 'fail'],
  ['38', ' 76 - 38', 'fail'],
  ['no number', '42', 'undecided'],
  ['9'.repeat(100), '42', 'undecided'],
])('expected %s, response %s: %s', (expected, response, verdict) => {
  expect(check('What is it?', response, expected).verdict).toBe(verdict)
})

test('with neither an expected answer nor a known form of problem it is undecided', () => {
  expect(check('How many stars are there?', '42', null)).toEqual({
    score: 0,
    verdict: 'undecided',
    why: 'there is no expected answer',
  })
  expect(check('Q: Tom has 3 pens and eats 2. How many are left?\nA:', '1', null).verdict).toBe('undecided')
})

test('an answer given goes before the one read off the prompt', () => {
  const prompt = 'Q: Max has 35 books and finds 3 more. How many now?\nA:'
  expect(check(prompt, '39', '39').verdict).toBe('pass')
  expect(check(prompt, '39', null)).toEqual({ score: 0, verdict: 'fail', why: '39, expected 38' })
})

test('more steps than the starter has, in the same words', () => {
  const prompt = 'Q: Ana has 10 pens, finds 5, sells 3 and buys another 2. How many now?\nA:'
  expect(check(prompt, '14', null).verdict).toBe('pass')
})

test('an arithmetic answer passes against itself and against any other way to write it', () => {
  fc.assert(
    fc.property(fc.bigInt(-(10n ** 12n), 10n ** 12n), fc.bigInt(1n, 10n ** 6n), (value, more) => {
      const ways = [
        `${value}`,
        value.toLocaleString('en'),
        `${value}.00`,
        `#### ${value}`,
        `${value}/1`,
        `${value * 2n}/2`,
      ]
      for (const way of ways) {
        expect(check('', way, String(value)).verdict).toBe('pass')
        expect(check('', way, String(value + more)).verdict).toBe('fail')
      }
    }),
  )
})
