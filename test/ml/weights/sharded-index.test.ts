// The sharded index: real names pass, names that would leave the folder do not.
import { expect, test } from 'vitest'
import { shardedIndex } from '../../../src/ml/weights/sharded-index.ts'

test('a real index maps tensors to files', () => {
  const index = shardedIndex({
    metadata: { total_size: 8 },
    weight_map: { 'lm_head.weight': 'model-00002-of-00002.safetensors' },
  })
  expect(index.get('lm_head.weight')).toBe('model-00002-of-00002.safetensors')
})

test.each([
  '../x.safetensors',
  '/etc/x.safetensors',
  'a/b.safetensors',
  'a\\b.safetensors',
  'C:x.safetensors',
  'x.bin',
  '..safetensors',
  'a\n.safetensors',
  7,
])('the file name %j is refused', (file) => {
  expect(() => shardedIndex({ weight_map: { a: file } })).toThrow(/plain \*\.safetensors name/)
})

test.each([null, [], {}, { weight_map: 3 }, { weight_map: [] }])('%j is not an index', (json) => {
  expect(() => shardedIndex(json)).toThrow(/no "weight_map"/)
})
