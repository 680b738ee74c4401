import { expect, test } from 'vitest'
import { originOf } from '../../../src/main/formats/index.ts'

test.each([
  ['175b_verification', 'model'],
  ['gpt-4', 'model'],
  ['alpaca', 'model'],
  ['human', 'human'],
  ['annotator 3', 'human'],
  ['somewhere', 'unknown'],
])('%s is taken for %s', (writer, kind) => {
  expect(originOf(writer)).toEqual({ kind, writer, sampling: null })
})

test('nobody is unknown', () => {
  expect(originOf(null)).toEqual({ kind: 'unknown', writer: null, sampling: null })
})
