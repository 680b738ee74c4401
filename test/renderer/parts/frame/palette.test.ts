import { expect, test } from 'vitest'
import { found, type Entry } from '../../../../src/renderer/parts/frame/palette.ts'

const entry = (label: string, group = 'Everywhere'): Entry => ({ id: label, label, group, run: () => {} })
const entries = [
  entry('Undo', 'Annotate'),
  entry('Go to Pairs'),
  entry('Annotate gsm8k', 'Annotate'),
  entry('gsm8k', 'Pairs'),
]
const labels = (typed: string) => found(entries, typed).map(({ label }) => label)

test('nothing typed shows all, in the order given', () => {
  expect(labels(' ')).toEqual(['Undo', 'Go to Pairs', 'Annotate gsm8k', 'gsm8k'])
})

test('every word must be found; names that begin with it come first', () => {
  expect(labels('gsm')).toEqual(['gsm8k', 'Annotate gsm8k'])
  expect(labels('pairs go')).toEqual(['Go to Pairs'])
  expect(labels('ann gsm8k')).toEqual(['Annotate gsm8k'])
  expect(labels('nothing')).toEqual([])
})
