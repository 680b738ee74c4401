import { expect, test } from 'vitest'
import { embeddingOverlap } from '../../../src/ml/diagnostics/embedding-overlap.ts'

const of = (sum: number[], tokens = 1) => ({ sum, tokens })

test('by hand: the cosine of the means, whatever the lengths', () => {
  expect(embeddingOverlap(of([3, 4]), of([4, 3]))).toBeCloseTo(24 / 25, 12)
  expect(embeddingOverlap(of([3, 4], 2), of([8, 6], 7))).toBeCloseTo(24 / 25, 12)
  expect(embeddingOverlap(of([1, 0]), of([0, 5]))).toBe(0)
  expect(embeddingOverlap(of([1, 1]), of([-2, -2]))).toBeCloseTo(-1, 12)
})

test('never beyond 1, and 0 where there is nothing to compare', () => {
  const odd = of([0.1, 0.2, 0.3])
  expect(embeddingOverlap(odd, odd)).toBeLessThanOrEqual(1)
  expect(embeddingOverlap(odd, of([0, 0, 0]))).toBe(0)
})
