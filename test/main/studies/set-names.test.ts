// Each kind of step reads its sets under the names that they have, and all plans name no set that this misses.
import { expect, test } from 'vitest'
import { StudyName, StudyRequest } from '#contract'
import { plannedStudy, standIns, studyKinds, withSets, type Outcome } from '../../../src/main/studies/index.ts'

const stepsOf = (study: StudyName) =>
  studyKinds[study].steps(plannedStudy(StudyRequest.parse({ study, form: 'middle' }), 2))

test.each(StudyName.options)('%s: where another set stands in, nothing reads the one that is not there', (study) => {
  const steps = stepsOf(study)
  const sampled = steps.flatMap((step) => (step.does === 'sample' ? [step.asks.into] : []))
  expect(sampled.length).toBeGreaterThan(0)
  const outcomes = steps.map((step): Outcome | null =>
    step.does === 'sample' ? { set: `elsewhere: ${step.asks.into}`, pairs: 9 } : null,
  )
  const others = standIns(steps, outcomes)
  expect([...others.keys()]).toEqual(sampled)
  for (const step of steps.filter((step) => step.does !== 'sample')) {
    const names = JSON.stringify(namesIn(withSets(step, others)))
    for (const set of sampled) expect(names).not.toContain(`"${set}"`)
  }
  const read = steps.flatMap((step) => (step.does === 'sample' ? [] : namesIn(step)))
  for (const set of sampled) expect(read).toContain(set)
})

test('a set under its own name stands for itself', () => {
  const steps = stepsOf('distribution')
  const outcomes = steps.map((step): Outcome | null =>
    step.does === 'sample' ? { set: step.asks.into, pairs: 9 } : null,
  )
  expect(standIns(steps, outcomes).size).toBe(0)
  for (const step of steps) expect(withSets(step, new Map())).toEqual(step)
})

/** All texts of a step, whatever they are called. */
function namesIn(value: unknown): string[] {
  if (typeof value === 'string') return [value]
  return typeof value === 'object' && value !== null
    ? Object.entries(value).flatMap(([key, inner]) => (key === 'key' || key === 'title' ? [] : namesIn(inner)))
    : []
}
