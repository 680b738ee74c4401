// Sums, means and lists of numbers that tests of advantages read.
import fc from 'fast-check'
import { expect } from 'vitest'

export const floats = (...numbers: number[]) => Float32Array.from(numbers)
export const sum = (numbers: Iterable<number>) => [...numbers].reduce((total, x) => total + x, 0)
export const meanOf = (numbers: readonly number[]) => sum(numbers) / numbers.length
export const variance = (numbers: readonly number[]) =>
  sum(numbers.map((x) => (x - meanOf(numbers)) ** 2)) / (numbers.length - 1)

const number = fc.integer({ min: -400, max: 400 }).map((x) => x / 64)
export const some = (minLength: number, maxLength = 6) => fc.array(number, { minLength, maxLength })
export const close = (found: Iterable<number>, wanted: readonly number[], digits = 4) => {
  const list = [...found]
  expect(list.length).toBe(wanted.length)
  wanted.forEach((value, i) => expect(list[i]).toBeCloseTo(value, digits))
}
