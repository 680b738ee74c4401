// Runs read off where they have come equally far, by numbers worked by hand.
import { expect, test } from 'vitest'
import { atEnd, atLevel, crossing } from '../../../src/main/studies/interpolation.ts'
import type { Point } from '../../../src/main/studies/trajectory.ts'

const path = (points: [kl: number, chosen: number][]) =>
  points.map(([kl, heldoutChosen], i) => ({ step: 10 * i, kl, heldoutChosen }) as Point)

test('between two probes, on the line', () => {
  // KL 0 -> 1 -> 3, chosen 0 -> -0.2 -> -1. At KL 2, half way from 1 to 3: -0.2 + 0.5 * (-0.8) = -0.6, at step 10 + 0.5 * 10 = 15.
  const points = path([
    [0, 0],
    [1, -0.2],
    [3, -1],
  ])
  expect(atLevel(points, 'kl', 2, 'heldoutChosen')).toBeCloseTo(-0.6, 12)
  expect(atLevel(points, 'kl', 2, 'step')).toBeCloseTo(15, 12)
  // On a probe it is that probe's.
  expect(atLevel(points, 'kl', 1, 'heldoutChosen')).toBe(-0.2)
  expect(atEnd(points, 'heldoutChosen')).toBe(-1)
})

test('a run that passes a level twice is read where it first does', () => {
  // Up to 2 at step 10, back to 1, up to 4: at 1.5 that is 0.75 of the way to the first probe.
  const points = path([
    [0, 0],
    [2, 0.4],
    [1, 0.1],
    [4, 9],
  ])
  expect(atLevel(points, 'kl', 1.5, 'heldoutChosen')).toBeCloseTo(0.3, 12)
})

test('a level that is never reached, or was passed before the first probe, has no value', () => {
  const points = path([
    [0.5, 0],
    [1, -0.2],
  ])
  expect(atLevel(points, 'kl', 2, 'step')).toBeNull()
  expect(atLevel(points, 'kl', 0.2, 'step')).toBeNull()
  expect(atLevel(points, 'kl', 0.5, 'step')).toBe(0)
  expect(atLevel([], 'kl', 1, 'step')).toBeNull()
  expect(atEnd([], 'kl')).toBeNull()
})

test('a probe that is no number reaches nothing', () => {
  const at = [
    { x: 0, y: 0 },
    { x: NaN, y: 5 },
    { x: 2, y: 1 },
  ]
  expect(crossing(at, 1)).toBeNull()
  expect(crossing([{ x: 0, y: 0 }, ...at.slice(2)], 1)).toBe(0.5)
})
