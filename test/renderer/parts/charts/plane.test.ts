// The likelihood plane: changes per token, the mean through time, the contour that holds four pairs in five, the quadrants.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Probe, ProbeScore } from '#contract'
import { contour, holds, reach, type Point } from '../../../../src/renderer/parts/charts/contour.ts'
import {
  HELD,
  likelihoodPlane,
  planeRadius,
  quadrantOf,
  recordScores,
  type Scores,
} from '../../../../src/renderer/parts/charts/plane.ts'
import { quantile } from '../../../../src/renderer/parts/charts/quantiles.ts'

const probe = (index: number, kind: Probe['kind']): Probe => ({
  index,
  kind,
  pair: null,
  prompt: 'p',
  chosen: 'c',
  rejected: 'r',
  response: null,
})
const score = (step: number, index: number, chosen: number, rejected: number): ProbeScore => ({
  step,
  index,
  chosen: { policy: -10 + chosen, reference: -10, tokens: 4 },
  rejected: { policy: -20 + rejected, reference: -20, tokens: 8 },
})

test('a dot is the change per token, the trail the mean of the pairs, other kinds are left out', () => {
  const scores: Scores = new Map()
  recordScores(scores, [
    score(5, 0, 2, -8),
    score(5, 1, 4, -16),
    score(0, 0, 0, 0),
    score(0, 1, 0, 0),
    score(5, 2, 9, 9),
  ])
  const plane = likelihoodPlane([probe(0, 'train'), probe(1, 'train'), probe(2, 'heldout')], scores, 'train')
  expect(plane.dots.map(({ x, y }) => [x, y])).toEqual([
    [-1, 0.5],
    [-2, 1],
  ])
  expect(plane.trail).toEqual([
    { step: 0, x: 0, y: 0 },
    { step: 5, x: -1.5, y: 0.75 },
  ])
  expect([plane.step, plane.contour]).toEqual([5, null])
  expect(planeRadius(plane, 0)).toBe(2)
  expect(likelihoodPlane([probe(0, 'train')], scores, 'train', 3).step).toBe(0)
})

test('scores that come twice count once', () => {
  const scores: Scores = new Map()
  recordScores(scores, [score(0, 0, 0, 0)])
  recordScores(scores, [score(0, 0, 4, 0)])
  expect(likelihoodPlane([probe(0, 'train')], scores, 'train').trail).toEqual([{ step: 0, x: 0, y: 1 }])
})

test('the contour holds four in five of any cloud, whatever its shape', () => {
  const coordinate = fc.double({ min: -100, max: 100, noNaN: true })
  fc.assert(
    fc.property(fc.array(fc.tuple(coordinate, coordinate), { minLength: 5, maxLength: 80 }), (points: Point[]) => {
      const ellipse = contour(points, HELD)
      if (!ellipse || ellipse.short < 1e-3) return
      const inside = points.filter((point) => holds(ellipse, point)).length
      expect(inside).toBeGreaterThanOrEqual(Math.floor(HELD * (points.length - 1)))
      const [[left, right], [bottom, top]] = reach(ellipse)
      expect(left <= ellipse.centre[0] && right >= ellipse.centre[0] && bottom <= top).toBe(true)
    }),
  )
})

test('the contour lies along its cloud', () => {
  const cloud = Array.from({ length: 40 }, (_, i): Point => [i / 10, i / 10 + (i % 2 ? 0.1 : -0.1)])
  const ellipse = contour(cloud, HELD)
  expect(ellipse?.angle).toBeCloseTo(Math.PI / 4, 1)
  expect((ellipse?.long ?? 0) / (ellipse?.short ?? 1)).toBeGreaterThan(5)
  expect(contour(Array<Point>(9).fill([1, 1]), HELD)).toBeNull()
  expect(contour(cloud.slice(0, 4), HELD)).toBeNull()
})

test('quadrants are named by what rose and what fell', () => {
  expect([
    quadrantOf(-1, 1),
    quadrantOf(-1, -1),
    quadrantOf(1, 1),
    quadrantOf(1, -1),
    quadrantOf(0.004, -0.004),
  ]).toEqual(['learning', 'suppression', 'imitation', 'inversion', null])
})

test('quantiles interpolate between neighbours, as NumPy does', () => {
  expect(quantile([4, 1, 3, 2], 0.1)).toBeCloseTo(1.3, 12)
  expect(quantile([7], 0.9)).toBe(7)
  expect(quantile([], 0.5)).toBeNull()
})
