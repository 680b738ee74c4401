// What is left of a study's work: steps that are done are not in it, and answers that another study has cost nothing.
import { expect, test } from 'vitest'
import { StudyRequest } from '#contract'
import { plannedStudy, sampledIn, studyKinds, workLeft, type Outcome } from '../../../src/main/studies/index.ts'

const stepsOf = (request: { study: StudyRequest['study'] } & Partial<StudyRequest>, id: number) => {
  const asked = StudyRequest.parse({ form: 'middle', ...request })
  return studyKinds[asked.study].steps(plannedStudy(asked, id))
}
const first = stepsOf({ study: 'distribution' }, 1)
const at = first.findIndex(({ does }) => does === 'sample')
const outcomes = first.map((_, i): Outcome | null => (i <= at ? { set: `made by ${i}`, pairs: 9 } : null))
const sampled = sampledIn(first, outcomes)

/** How much is to be sampled by itself, exams apart. */
const toSample = (request: Parameters<typeof stepsOf>[0], former = sampled) => {
  const steps = stepsOf(request, 2)
  const left = workLeft(steps, [], former)
  expect(left).toHaveLength(steps.length)
  return left.filter((_, i) => steps[i]!.does === 'sample').map(({ amount }) => amount)
}

test('what is done is not left', () => {
  const left = workLeft(first, outcomes, [])
  expect(left).toEqual(first.slice(at + 1).map(({ work }) => work))
})

test('answers that another study has to the same questions, asked in the same way, cost nothing', () => {
  expect(sampled).toMatchObject([{ set: `made by ${at}`, pairs: 9, asks: { into: 'distribution 1: own' } }])
  expect(toSample({ study: 'regularisers' })).toEqual([0])
  expect(toSample({ study: 'regularisers' }, [])).toEqual([first[at]!.work.amount])
})

test.each([
  ['questions', { pairs: 'mine' }],
  ['model', { model: 'another' }],
  ['checker', { checker: 'length' as const }],
  ['form', { form: 'long' as const }],
])('with another %s they are sampled', (_, change) => {
  expect(toSample({ study: 'regularisers', ...change })[0]).toBeGreaterThan(0)
})

test('a pool that begins elsewhere in the same set has other questions', () => {
  // The exam of rm-vs-dpo is larger, and the pool begins after it.
  for (const amount of toSample({ study: 'rm-vs-dpo' })) expect(amount).toBeGreaterThan(0)
  expect(toSample({ study: 'ood' })).toEqual([0])
})
