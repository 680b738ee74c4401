// Arrows through a list: one step, to the ends, never beyond them.
import { expect, test } from 'vitest'
import { arrowStep } from '../../../src/renderer/parts/arrow-steps.ts'

test.each([
  ['ArrowDown', 1, 2],
  ['ArrowRight', 2, 2],
  ['ArrowUp', 1, 0],
  ['ArrowLeft', 0, 0],
  ['Home', 2, 0],
  ['End', 0, 2],
  ['a', 1, null],
] as const)('%s from %i of three leads to %s', (key, now, to) => {
  expect(arrowStep({ key }, now, 3)).toBe(to)
  expect(arrowStep({ key }, 0, 0)).toBeNull()
})
