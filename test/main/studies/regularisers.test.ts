// The report of the remedies while it is under way: what was not run yet is not said to have failed.
import { expect, test } from 'vitest'
import { StudyRequest, type EvaluationComparison } from '#contract'
import { plannedStudy, studyKinds, type Facts } from '../../../src/main/studies/index.ts'

type Point = ReturnType<Facts['points']>[number]

const { regularisers: study } = studyKinds
const planning = plannedStudy(StudyRequest.parse({ study: 'regularisers', form: 'long' }), 1)

/** A run whose held-out margin grows to `margin` while its held-out chosen goes to `chosen`. */
const run = (margin: number, chosen: number) =>
  [0, 1].map((step) => ({ step, heldoutMargin: step * margin, heldoutChosen: step * chosen }) as Point)

/** What is known when the named arms are done, all after one seed. */
function factsOf(runs: Readonly<Record<string, Point[]>>): Facts {
  const armOf = (key: string) =>
    key
      .replace(/^compare exam /, '')
      .replace(/^train /, '')
      .replace(/ 0$/, '')
  return {
    planning,
    ...{ figures: () => undefined, exam: () => undefined },
    comparison: (key) =>
      armOf(key) in runs
        ? ({ answers: { difference: { mean: 0, low: 0, high: 0, of: 9 } } } as unknown as EvaluationComparison)
        : undefined,
    points: (key) => runs[armOf(key)] ?? [],
  }
}

test('an arm that was run and moved too little is told apart from arms that were not run', () => {
  // Half of DPO 0.1's margin is 1; DPOP comes to 0.5. At 1 of 2 the chosen is half of its -0.6.
  const { findings, tables } = study.report(factsOf({ 'DPO 0.1': run(2, -0.6), DPOP: run(0.5, 0.1) }))
  expect(findings[1]).toBe('Held-out chosen at equal margin, nats a token: DPO 0.1 -0.300; DPOP never came that far.')
  const margin = tables.find(({ title }) => title === 'Likelihoods at equal margin')!
  const there = Object.fromEntries(margin.rows.map(([arm, seeds]) => [arm, seeds]))
  expect(there).toMatchObject({ 'DPO 0.1': '1', DPOP: '0', 'DPO + NLL': 'not run yet', 'SFT 0.1': 'not run yet' })
})
