// The steps of every study in every form: each names what is there by then, and settings that its method reads.
import { describe, expect, test } from 'vitest'
import { parseSettings, StudyForm, StudyName, StudyRequest } from '#contract'
import { plannedStudy, studyKinds, type Step, type StudyPlanning } from '../../../src/main/studies/index.ts'

const request = (study: StudyName, form: StudyForm) => StudyRequest.parse({ study, form })

describe.each(StudyName.options)('%s', (study) => {
  test.each(StudyForm.options)('%s: steps need only what was made before', (form) => {
    const steps = studyKinds[study].steps(plannedStudy(request(study, form), 7))
    const [keys, sets, models] = [new Set<string>(), new Set<string>(), new Set([studyKinds[study].forms[form].model])]
    const need = (found: boolean, what: string, step: Step) => expect(found, `${step.key} needs ${what}`).toBe(true)
    for (const step of steps) {
      expect(keys.has(step.key), `${step.key} stands twice`).toBe(false)
      switch (step.does) {
        case 'import':
          sets.add(step.into)
          break
        case 'derive':
          for (const set of [step.chosen.set, step.rejected.set, step.within])
            if (set !== null) need(sets.has(set), set, step)
          sets.add(step.into)
          break
        case 'sample':
          need('set' in step.asks.prompts && sets.has(step.asks.prompts.set), 'prompts', step)
          sets.add(step.asks.into)
          break
        case 'train':
          need(sets.has(step.asks.set), step.asks.set, step)
          expect(() => parseSettings(step.asks.method ?? 'dpo', step.asks.settings ?? {})).not.toThrow()
          break
        case 'keep':
          need(keys.has(step.trained), step.trained, step)
          models.add(step.name)
          break
        case 'examine':
          need(models.has(step.model) && sets.has(step.set), step.model, step)
          break
        case 'evaluate':
          need('model' in step.policy ? models.has(step.policy.model) : keys.has(step.policy.trained), 'policy', step)
          need(sets.has(step.set), step.set, step)
          break
        case 'compare':
          need(keys.has(step.a) && keys.has(step.b), 'evaluations', step)
      }
      keys.add(step.key)
    }
  })
})

test('a study with sets of its own imports none, and arms train once a seed', () => {
  const planning = plannedStudy({ ...request('distribution', 'short'), pairs: 'mine', seeds: 3 }, 1)
  const steps = studyKinds.distribution.steps(planning)
  expect(steps.some(({ does }) => does === 'import')).toBe(false)
  expect(steps.filter(({ does }) => does === 'train')).toHaveLength(4 * 3)
})

test.each(StudyName.options)('%s takes the own pairs of a set that is named, of its pool alone', (study) => {
  const plan = (own: string | null) => studyKinds[study].steps(plannedStudy({ ...request(study, 'short'), own }, 1))
  const [sampling, taking] = [plan(null), plan('mine')]
  const samples = (steps: readonly Step[]) => steps.filter(({ does }) => does === 'sample').length
  expect(samples(taking)).toBe(samples(sampling) - 1)
  const own = taking.find(({ key }) => key === `${study} 1: own`)
  expect(own).toMatchObject({ does: 'derive', within: `${study} 1: pool`, chosen: { set: 'mine' } })
  expect(taking.map(({ key }) => key)).toEqual(sampling.map(({ key }) => key))
})

test.each(StudyName.options)(
  '%s puts all sets together in turns where the model chats, and none where it does not',
  (study) => {
    const derived = (chats: boolean) =>
      studyKinds[study]
        .steps(
          plannedStudy({ ...request(study, 'long'), pairs: 'mine', others: 'theirs', own: 'own' }, 1, { turns: chats }),
        )
        .flatMap((step) => (step.does === 'derive' ? [step.turns] : []))
    expect(new Set(derived(true))).toEqual(new Set([true]))
    expect(new Set(derived(false))).toEqual(new Set([false]))
  },
)

test('pools are no larger than what the exams leave', () => {
  const ood = { ...request('ood', 'middle'), pairs: 'mine', others: 'theirs' }
  const sizes = (questions: { pairs?: number; others?: number }) => {
    const { exam, pool, others } = plannedStudy(ood, 1, { questions }).form
    return { exam, pool, others }
  }
  const whole = sizes({})
  expect(sizes({ pairs: 10_000, others: 10_000 })).toEqual(whole)
  expect(sizes({ pairs: whole.exam + 30 })).toEqual({ ...whole, pool: 30 })
  expect(sizes({ pairs: whole.exam, others: whole.others!.exam + 7 })).toEqual({
    ...{ exam: whole.exam, pool: 0 },
    others: { exam: whole.others!.exam, pool: 7 },
  })
})

test('answers are judged by the checker that was asked for, each domain by its own', () => {
  const planning = plannedStudy(
    { ...request('ood', 'short'), checker: 'exact-match', othersChecker: 'instructions' },
    1,
  )
  const steps = studyKinds.ood.steps(planning)
  const sampled = steps.flatMap((step) => (step.does === 'sample' ? [step.asks.judge] : []))
  expect(sampled).toEqual([{ checker: { name: 'exact-match', parameters: {} } }])
  const examined = steps.flatMap((step) =>
    step.does === 'evaluate' ? [[step.set.includes('others'), step.options?.checker?.name]] : [],
  )
  expect(examined).toContainEqual([false, 'exact-match'])
  expect(examined).toContainEqual([true, 'instructions'])
  expect(examined.every(([other, name]) => name === (other ? 'instructions' : 'exact-match'))).toBe(true)
  const ppo = studyKinds['ppo-vs-dpo'].steps(plannedStudy({ ...request('ppo-vs-dpo', 'short'), checker: 'length' }, 1))
  const rewarded = ppo.flatMap((step) =>
    step.does === 'train' && step.asks.method === 'ppo' ? [step.asks.settings] : [],
  )
  expect(rewarded[0]).toMatchObject({ checker: 'length' })
})

test('where a study tunes on both sets, its arms and tables tell which by name', () => {
  const plan = (sets: Partial<StudyRequest>) => plannedStudy({ ...request('ood', 'long'), ...sets }, 1)
  const armsOf = (planning: StudyPlanning) => planning.form.arms.map(({ name }) => name)
  const mine = plan({ pairs: 'verses', others: 'sums' })
  expect(armsOf(plan({}))).toEqual(['DPO on arithmetic', 'Flex-DPO on arithmetic', 'DPO on instructions'])
  expect(armsOf(mine)).toEqual(['DPO on verses', 'Flex-DPO on verses', 'DPO on sums'])
  const trained = studyKinds.ood.steps(mine).flatMap((step) => (step.does === 'train' ? [step.asks.set] : []))
  expect(trained).toEqual(['ood 1: own', 'ood 1: own', 'ood 1: others pool'])
  const nothing = { figures: () => undefined, comparison: () => undefined, exam: () => undefined, points: () => [] }
  const { tables } = studyKinds.ood.report({ planning: mine, ...nothing })
  expect(tables.map(({ title }) => title)).toEqual(['On verses', 'On sums', 'Likelihoods at the last step'])
})
