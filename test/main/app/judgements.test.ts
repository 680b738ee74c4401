// What is said of the three properties, for readings made by hand.
import { expect, test } from 'vitest'
import { settingOf, type Judgement, type Reading, type ReadingName } from '#contract'
import { judgements } from '../../../src/main/app/judgements.ts'

type Values = Partial<Record<ReadingName, number>>

const at = (step: number, values: Values): Reading[] =>
  Object.entries(values).map(([name, value]) => ({ step, name, value }))
const start = at(0, {
  'drop/train/rejected': 0,
  'drop/train/speed_ratio': 0,
  'drop/train/fell_faster': 0,
  'degradation/train/chosen': 0,
  'degradation/train/share': 0,
  'dispersion/other': 0,
  'dispersion/sampled': 0,
  'dispersion/kl': 0,
})
const settings = { learning_rate: 3e-4, beta: 0.1 }
const judged = (values: Values, given = settings) => {
  const [drop, degradation, dispersion] = judgements([...start, ...at(10, values)], given)
  return { drop: drop!, degradation: degradation!, dispersion: dispersion! }
}

test('before anything was measured after step 0 all three wait', () => {
  for (const readings of [[], start, [{ step: 5, name: 'loss', value: 0.6 }]]) {
    const all = judgements(readings, settings)
    expect(all.map(({ property, light, value }) => [property, light, value])).toEqual([
      ['drop', 'waiting', null],
      ['degradation', 'waiting', null],
      ['dispersion', 'waiting', null],
    ])
  }
})

test('the newest probe counts, whatever the order of the readings', () => {
  const late = at(20, { 'drop/train/rejected': -0.9, 'drop/train/speed_ratio': 9 })
  const early = at(10, { 'drop/train/rejected': -0.01, 'drop/train/speed_ratio': 1 })
  expect(judgements([...late, ...start, ...early], settings)[0]).toMatchObject({
    step: 20,
    value: -0.9,
    light: 'alarm',
  })
})

test('drop: numbers in words, and what to change', () => {
  const { drop } = judged({
    'drop/train/rejected': -0.84,
    'degradation/train/chosen': 0.1355,
    'drop/train/speed_ratio': 6.2,
    'drop/train/fell_faster': 0.84,
  })
  expect(drop.light).toBe('alarm')
  expect(drop.sentence).toBe(
    'The rejected answers lost 0.84 nats a token (a typical token 2.3 times less likely), 6.2 times as much as the chosen gained; ' +
      'in 84 % of pairs the rejected fell further than the chosen moved.',
  )
  expect(drop.advice).toEqual({
    text: 'Try a lower learning rate (0.0001 instead of 0.0003).',
    settings: { learning_rate: 0.0001 },
  })
  expect(drop.cause).not.toBe(null)
})

test('drop: slow, or as fast as the chosen rises, is steady; the chosen may fall as well', () => {
  expect(judged({ 'drop/train/rejected': -0.05, 'drop/train/speed_ratio': 9 }).drop.light).toBe('steady')
  expect(judged({ 'drop/train/rejected': -0.8, 'drop/train/speed_ratio': 1.1 }).drop.light).toBe('steady')
  expect(judged({ 'drop/train/rejected': -0.2, 'drop/train/speed_ratio': 2.5 }).drop.light).toBe('watch')
  const both = judged({
    'drop/train/rejected': -0.6,
    'degradation/train/chosen': -0.1,
    'drop/train/speed_ratio': 6,
    'drop/train/fell_faster': 1,
  }).drop
  expect(both.sentence).toContain('6.0 times as much as the chosen lost')
  const together = judged({
    'drop/train/rejected': -6.19,
    'degradation/train/chosen': -6.22,
    'drop/train/speed_ratio': 0.995,
  })
  expect([together.drop.light, together.degradation.light]).toEqual(['steady', 'alarm'])
  expect(together.drop.sentence).toContain('1.0 times as much as the chosen lost: both fall together.')
  const still = judged({
    'drop/train/rejected': -0.004,
    'drop/train/speed_ratio': 4,
    'drop/train/fell_faster': 0.5,
  }).drop
  expect(still.sentence).toBe(
    'The rejected answers have hardly moved (0.00 nats a token); in 50 % of pairs the rejected fell further than the chosen moved.',
  )
  expect([still.light, still.cause, still.advice]).toEqual(['steady', null, null])
  const infinite = judged({
    'drop/train/rejected': -0.6,
    'degradation/train/chosen': 0,
    'drop/train/speed_ratio': Infinity,
  })
  expect(infinite.drop.light).toBe('alarm')
  expect(infinite.drop.sentence).not.toMatch(/Infinity|NaN/)
})

test('degradation: chosen that fall though their lead grows', () => {
  const { degradation } = judged({
    'degradation/train/chosen': -0.31,
    'degradation/train/share': 0.62,
    'degradation/heldout/share': 0.5,
  })
  expect(degradation.light).toBe('alarm')
  expect(degradation.sentence).toBe(
    'The chosen answers lost 0.31 nats a token (a typical token 1.4 times less likely), where they should gain; ' +
      'in 62 % of pairs they fell although their lead over the rejected grew, on held-out pairs in 50 %.',
  )
  expect(degradation.advice?.settings).toEqual({ beta: 0.3 })
  expect(judged({ 'degradation/train/chosen': -0.06, 'degradation/train/share': 0.1 }).degradation.light).toBe('watch')
  expect(judged({ 'degradation/train/chosen': -0.03, 'degradation/train/share': 0.4 }).degradation.light).toBe('watch')
  expect(judged({ 'degradation/train/chosen': 0.2, 'degradation/train/share': 0.4 }).degradation.light).toBe('steady')
})

test('degradation that set in late advises to stop where it was still steady', () => {
  const readings = [
    ...start,
    ...at(10, { 'degradation/train/chosen': 0.1 }),
    ...at(20, { 'degradation/train/chosen': 0.02 }),
    ...at(30, { 'degradation/train/chosen': -0.4 }),
  ]
  expect(judgements(readings, settings)[1]?.advice?.settings).toEqual({ beta: 0.3, steps: 20 })
})

test('dispersion: unseen answers that gain while the chosen do not, or own answers that are lost', () => {
  const gaining = judged({
    'dispersion/other': 0.12,
    'dispersion/sampled': -0.03,
    'dispersion/kl': 1.2,
    'degradation/train/chosen': -0.2,
  }).dispersion
  expect(gaining.light).toBe('watch')
  expect(gaining.sentence).toBe(
    "Answers to other prompts gained 0.12 nats a token (a typical token 1.1 times more likely); the model's own earlier answers " +
      'lost 0.03 nats a token (a typical token 3 % less likely), a distance from the reference of 1.20 nats an answer (KL).',
  )
  expect(judged({ 'dispersion/other': 0.12, 'degradation/train/chosen': 0.2 }).dispersion.light).toBe('steady')
  expect(judged({ 'dispersion/other': -0.3, 'dispersion/sampled': -1.2 }).dispersion.light).toBe('alarm')
  const only = judged({ 'dispersion/sampled': -0.3 }).dispersion
  expect([only.light, only.value]).toEqual(['watch', -0.3])
  expect(only.sentence).toMatch(/^The model's own earlier answers lost 0\.30/)
})

test('what has no probes is said to be not measured', () => {
  const all = judgements([...at(0, { 'drop/train/rejected': 0 }), ...at(5, { 'drop/train/rejected': -0.1 })], settings)
  expect(all[2]).toMatchObject({ light: 'waiting', sentence: 'Not measured: this run has no probes for it.' })
})

test('advice names only settings that exist, within their range, and none when the run does not say', () => {
  const bad: Values = { 'drop/train/rejected': -3, 'degradation/train/chosen': -2, 'dispersion/sampled': -4 }
  const all = Object.values(judged(bad, { learning_rate: 1, beta: 90 }))
  const settingsOf = ({ advice }: Judgement) => Object.entries(advice?.settings ?? {})
  for (const [key, value] of all.flatMap(settingsOf)) {
    const setting = settingOf(key)!
    expect(setting.kind === 'number' || setting.kind === 'integer').toBe(true)
    if ('max' in setting) expect(value as number).toBeLessThanOrEqual(setting.max)
  }
  expect(Object.values(judged(bad, {} as typeof settings)).map(({ advice }) => advice)).toEqual([null, null, null])
})
