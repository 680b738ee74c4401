// Courses of probe pairs: per token against the reference, that whose chosen fell furthest first, live scores in any order.
import { expect, test } from 'vitest'
import type { PairId, Probe, ProbeScore } from '#contract'
import { recordScores, type Scores } from '../../../../src/renderer/parts/charts/plane.ts'
import { courseSeries, pairCourses } from '../../../../src/renderer/screens/run/pair-courses.ts'

const probe = (index: number, kind: Probe['kind']): Probe => ({
  ...{ index, kind, pair: (10 + index) as PairId, prompt: 'p', chosen: 'c', rejected: 'r', response: null },
})
const score = (step: number, index: number, chosen: number, rejected: number): ProbeScore => ({
  ...{ step, index },
  chosen: { policy: -10 + chosen, reference: -10, tokens: 4 },
  rejected: { policy: -20 + rejected, reference: -20, tokens: 8 },
})
const scoresOf = (...all: ProbeScore[]): Scores => {
  const scores: Scores = new Map()
  recordScores(scores, all)
  return scores
}

test('ordered by the newest chosen, only pairs, only scored ones, in order of step', () => {
  const probes = [probe(0, 'train'), probe(1, 'heldout'), probe(2, 'other'), probe(3, 'train')]
  const scores = scoresOf(
    score(5, 0, -1, -4),
    score(5, 1, -2, 8),
    score(0, 0, 0, 0),
    score(0, 1, 0, 0),
    score(5, 2, -9, 0),
  )
  const courses = pairCourses(probes, scores)
  expect(courses.map(({ probe }) => probe.index)).toEqual([1, 0])
  expect(courses[0]).toMatchObject({ steps: [0, 5], chosen: [0, -0.5], rejected: [0, 1] })
  expect(courseSeries(courses[1]!)).toMatchObject([
    { label: 'chosen', colour: 'var(--chosen)', xs: [0, 5], ys: [0, -0.25] },
    { label: 'rejected', colour: 'var(--rejected)', xs: [0, 5], ys: [0, -0.5] },
  ])
})

test('what is no number is no point, and stands first', () => {
  const broken = score(5, 1, 0, 0)
  broken.chosen.policy = NaN
  const courses = pairCourses([probe(0, 'train'), probe(1, 'train')], scoresOf(score(5, 0, -100, 0), broken))
  expect(courses.map(({ probe, chosen }) => [probe.index, ...chosen])).toEqual([
    [1, null],
    [0, -25],
  ])
})
