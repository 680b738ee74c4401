// Figures of one evaluation and of two compared, on items worked by hand.
import { expect, test } from 'vitest'
import { isRight } from '#contract'
import { passRate } from '../../../src/ml/checkers/pass-rate.ts'
import { comparison } from '../../../src/ml/evaluation/comparison.ts'
import { evaluationFigures } from '../../../src/ml/evaluation/figures.ts'
import { studentQuantile } from '../../../src/ml/evaluation/mean-interval.ts'
import type { JudgedAnswer, Outcome } from '../../../src/ml/evaluation/outcome.ts'

type Sides = [logp: number, tokens: number, reference?: number]

const scored = (chosen: Sides, rejected: Sides): Outcome => {
  const side = ([logp, tokens, reference = null as number | null]: [number, number, (number | null)?]) => ({
    ...{ logp, tokens, reference },
  })
  return { likelihood: { chosen: side(chosen), rejected: side(rejected) }, answers: [] }
}
const answered = (...verdicts: JudgedAnswer['verdict'][]): Outcome => ({
  likelihood: null,
  answers: verdicts.map((verdict, i) => ({ verdict, tokens: 4 + 2 * i, ended: verdict !== 'fail', score: 0 })),
})

const checked = { scored: false }
const alike = { sameTokens: true, scored: false, isRight }

test('pairs: by sum, per token, against the reference; a tie counts as half', () => {
  const { pairs, answers } = evaluationFigures(
    [
      scored([-6, 6, -5], [-8, 2, -8]), // likelier by both; lost 1 against the reference
      scored([-9, 9, -9], [-6, 3, -7]), // longer: by sum it is not, per token it is; lost 1
      scored([-4, 4, -6], [-4, 4, -4]), // a tie by both; gained 2
    ],
    checked,
  )
  expect(answers).toBeNull()
  expect(pairs!.accuracy).toMatchObject({ passed: 1.5, of: 3, rate: 0.5 })
  expect(pairs!.accuracyPerToken).toMatchObject({ passed: 2.5, of: 3 })
  expect(pairs!.margin.mean).toBeCloseTo((2 - 3 + 0) / 3, 12)
  expect(pairs!.marginPerToken.mean).toBeCloseTo((3 + 1 + 0) / 3, 12)
  expect(pairs!.chosen.mean).toBeCloseTo(-1, 12)
  expect(pairs!.rejected.mean).toBeCloseTo((-4 - 2 - 1) / 3, 12)
  expect(pairs!.reward!.accuracy).toMatchObject({ passed: 1, of: 3 })
  expect(pairs!.reward!.margin.mean).toBeCloseTo(0, 12)
  expect(pairs!.accuracy.low).toBeLessThan(passRate(2, 3).low)
  expect(pairs!.accuracy.low).toBeGreaterThan(passRate(1, 3).low)
})

test('a rounding error is a tie, and a number that is none is left out', () => {
  const { pairs } = evaluationFigures([scored([-4.00003, 4], [-4, 4]), scored([NaN, 4], [-4, 4])], checked)
  expect(pairs!.accuracy).toMatchObject({ passed: 0.5, of: 1 })
  expect(pairs!.margin.of).toBe(1)
  expect(pairs!.reward).toBeNull()
})

test('answers, one to a prompt: Wilson over those that could be decided', () => {
  const { answers, pairs } = evaluationFigures(
    [answered('pass'), answered('fail'), answered('undecided'), answered()],
    checked,
  )
  expect(pairs).toBeNull()
  expect(answers).toMatchObject({ prompts: 3, answers: 3, decided: 2, undecided: 1 })
  expect(answers!.passRate).toEqual(passRate(1, 2))
  expect(answers!.unended).toBeCloseTo(1 / 3, 12)
  expect(answers!.length.mean).toBe(4)
})

test('several answers to a prompt count as one item', () => {
  const { answers } = evaluationFigures(
    [answered('pass', 'pass'), answered('pass', 'fail'), answered('fail', 'fail')],
    checked,
  )
  // Shares 1, 1/2, 0: mean 1/2, standard error (1/2) / sqrt 3; the bounds are cut.
  expect(studentQuantile(2) * (0.5 / Math.sqrt(3))).toBeGreaterThan(0.5)
  expect(answers!.passRate).toEqual({ passed: 3, of: 3, rate: 0.5, low: 0, high: 1 })
  expect(answers!.length.mean).toBe(5)
})

test('two compared: who got right what the other did not', () => {
  const a = [answered('pass'), answered('pass'), answered('fail'), answered('fail'), answered('undecided')]
  const b = [answered('pass'), answered('fail'), answered('pass'), answered('pass'), answered('pass')]
  const { answers, pairs } = comparison(a, b, alike)
  expect(pairs).toBeNull()
  expect(answers).toMatchObject({ both: 1, onlyA: 1, onlyB: 2, neither: 0, p: 1 })
  expect(answers!.difference).toMatchObject({ mean: 0.25, of: 4 })
})

test('two compared on pairs: the one as the reference of the other, unless their tokens differ', () => {
  const a = [scored([-6, 6], [-8, 2]), scored([-9, 9], [-6, 3])]
  const b = [scored([-6, 6], [-9, 2]), scored([-8, 9], [-9, 3])]
  const { pairs } = comparison(a, b, alike)
  expect(pairs).toMatchObject({ both: 1, onlyA: 0, onlyB: 1, neither: 0 })
  expect(pairs!.margin!.mean).toBeCloseTo((1 + 4) / 2, 12)
  expect(pairs!.reward!.accuracy).toMatchObject({ passed: 2, of: 2 })
  expect(pairs!.reward!.margin.mean).toBeCloseTo(2.5, 12)
  expect(comparison(a, b, { ...alike, sameTokens: false }).pairs).toMatchObject({
    onlyB: 1,
    margin: null,
    reward: null,
  })
})

test('with ties the interval is that of the differences', () => {
  const a = [scored([-4, 4], [-4, 4]), scored([-4, 4], [-4, 4])]
  const b = [scored([-4, 4], [-5, 4]), scored([-4, 4], [-4, 4])]
  const { difference, onlyB } = comparison(a, b, alike).pairs!
  expect([difference.mean, onlyB]).toEqual([0.25, 1])
  expect(difference.high).toBeCloseTo(0.25 + studentQuantile(1) * (Math.sqrt(0.125) / Math.sqrt(2)), 10)
})

test('scores of a reward model: the mean over prompts, and the difference prompt by prompt', () => {
  const given = (...scores: number[]): Outcome => ({
    likelihood: null,
    answers: scores.map((score) => ({ verdict: 'undecided', tokens: 3, ended: true, score })),
  })
  const a = [given(1, 3), given(-1, -3), given()]
  const b = [given(3), given(0), given(9)]
  // Means 2 and -2: their mean is 0, the deviation 2√2, the t quantile of one degree of freedom 12.706.
  const { score, decided, passRate: rate } = evaluationFigures(a, { scored: true }).answers!
  expect(score).toMatchObject({ mean: 0, of: 2 })
  expect(score!.high).toBeCloseTo(12.7062 * 2, 3)
  expect([decided, rate.rate]).toEqual([0, null])
  expect(evaluationFigures(a, checked).answers!.score).toBeNull()
  // Differences 1 and 2; the third prompt has no answer of A.
  const { scores, answers } = comparison(a, b, { ...alike, scored: true })
  expect(scores).toMatchObject({ mean: 1.5, of: 2 })
  expect(scores!.low).toBeCloseTo(1.5 - 12.7062 * 0.5, 3)
  expect(answers).toBeNull()
  expect(comparison(a, b, alike).scores).toBeNull()
})
