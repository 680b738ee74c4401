import { expect, test } from 'vitest'
import type { Origin } from '#contract'
import { samplingDetails, writerWords } from '../../../src/renderer/parts/origin-words.ts'

const origin = (part: Partial<Origin>): Origin => ({ kind: 'model', writer: 'starter', sampling: null, ...part })

test('who wrote an answer', () => {
  expect(writerWords(origin({}))).toBe('by starter')
  expect(writerWords(origin({ kind: 'human', writer: null }))).toBe('by a person')
  expect(writerWords(origin({ kind: 'unknown', writer: null }))).toBe('writer unknown')
})

test('how it was sampled, the score first, unknown names as they are', () => {
  const sampling = { seed: 0, temperature: 0.7, other: 'x', score: 1 / 3, model_hash: 'a'.repeat(64) }
  expect(samplingDetails(origin({ sampling }))).toEqual([
    ['Score', '0.333333'],
    ['Temperature', '0.7'],
    ['Seed', '0'],
    ['Model hash', 'a'.repeat(12)],
    ['other', 'x'],
  ])
  expect(samplingDetails(origin({}))).toEqual([])
})
