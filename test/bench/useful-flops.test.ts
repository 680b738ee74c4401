// The count of useful FLOPs against one made pair by pair and map by map.
import { expect, test } from 'vitest'
import { seenPairs, usefulFlops, type FlopsModel } from '../../bench/useful-flops.ts'

const model: FlopsModel = { layers: 2, heads: 3, headDim: 4, D: 12, V: 50, blockMatrices: 1000 }
const unit = { shared: 5, chosen: 3, rejected: 2, scored: 4 }

test('pairs of tokens are those that the mask of a packed unit lets through', () => {
  const branches = [0, 0, 0, 0, 0, 1, 1, 1, 2, 2]
  let seen = 0
  for (const [i, reader] of branches.entries())
    for (const [j, read] of branches.entries()) if (j <= i && (read === 0 || read === reader)) seen++
  expect(seenPairs(unit)).toBe(seen)
})

test('full tuning takes three products of every map, LoRA two and three small ones', () => {
  const attention = model.layers * seenPairs(unit) * model.heads * model.headDim * (4 + 8)
  const head = 2 * model.D * model.V * unit.scored
  const full = 3 * 2 * model.blockMatrices * 10 + 3 * head + attention
  expect(usefulFlops(model, [unit], { tuning: 'full' })).toBe(full)
  const lora = 2 * 2 * model.blockMatrices * 10 + 3 * 2 * 60 * 10 + 2 * head + attention
  expect(usefulFlops(model, [unit], { tuning: 'lora', adapter: 60 })).toBe(lora)
})

test('units add up', () => {
  const training = { tuning: 'full' } as const
  expect(usefulFlops(model, [unit, unit], training)).toBe(2 * usefulFlops(model, [unit], training))
  expect(usefulFlops(model, [], training)).toBe(0)
})
