// The study of reward models: what it ranks stands at its seed, and a reward model's work is what it does.
import { expect, test } from 'vitest'
import { StudyRequest, type EvaluationFigures } from '#contract'
import { plannedStudy, studyKinds, type Facts } from '../../../src/main/studies/index.ts'
import { trainWork } from '../../../src/main/studies/scale.ts'

const { 'rm-vs-dpo': study } = studyKinds
const planning = plannedStudy(StudyRequest.parse({ study: 'rm-vs-dpo', form: 'middle', seeds: 3 }), 1)

test('a seed whose evaluation was removed has no number, and the others keep theirs', () => {
  const rates: Record<string, number> = { 'own DPO 1': 0.6, 'own DPO 2': 0.8 }
  const facts: Facts = {
    planning,
    figures(key) {
      const accuracy = { rate: rates[key], low: 0, high: 1, of: 10 }
      return key in rates ? ({ pairs: { reward: { accuracy } } } as unknown as EvaluationFigures) : undefined
    },
    ...{ comparison: () => undefined, exam: () => undefined, points: () => [] },
  }
  const [all, each] = study.report(facts).tables
  const dpo = each!.rows.filter(([name]) => String(name).startsWith('DPO'))
  expect(dpo.map((row) => row[1])).toMatchObject([{ mean: null, of: 0 }, { mean: 0.6 }, { mean: 0.8 }])
  // 0.7 -+ 12.706 * sqrt(0.02 / 2), over the two that are there.
  const found = all!.rows.find(([name]) => String(name).startsWith('DPO'))![1] as { low: number }
  expect(found).toMatchObject({ mean: expect.closeTo(0.7, 12) as number, of: 2 })
  expect(found.low).toBeCloseTo(-0.5706, 4)
})

test('work: steps and probes, and unseen responses only where the method measures them', () => {
  const settings = { steps: 10, batch_pairs: 4, probe_every: 5, probe_pairs: 6, heldout_pairs: 2 }
  // 10 steps of 4 pairs, and 8 pairs scored three times at 0.3.
  expect(trainWork('reward-model', settings)).toBeCloseTo(40 + 0.3 * 8 * 3, 12)
  const unseen = { probe_others: 3, probe_samples: 5, probe_shuffled: 0, probe_resamples: 0 }
  const all = { ...settings, ...unseen, probe_others_rejected: 0, probe_near_misses: 0 }
  expect(trainWork('dpo', all)).toBeCloseTo(40 + 0.3 * (8 + 4) * 3, 12)
  // Two passes over three answers to each prompt are three pairs' worth.
  const ppo = { ...all, group_size: 3, ppo_epochs: 2, checker: 'arithmetic-answer' }
  expect(trainWork('ppo', ppo)).toBeCloseTo(3 * 40 + 0.3 * (8 + 4) * 3, 12)
})

test('a reward model is given of the shared settings what it reads', () => {
  const [step] = study.steps(planning).filter(({ key }) => key === 'train RM 0')
  const { probe_others, probe_pairs, steps } = planning.form.train
  expect([probe_others, probe_pairs, steps]).toEqual([16, 32, 40])
  expect(step).toMatchObject({ asks: { settings: { probe_pairs: 32, steps: 40 } }, work: { amount: 449.6 } })
  expect(step).not.toHaveProperty('asks.settings.probe_others')
})
