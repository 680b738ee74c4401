// Learning from prompts through the recipe: a score that some answers can reach is reached more often, and what is told of it is right.
import { describe, expect, test } from 'vitest'
import { ppoReadings, promptReadings } from '../../../src/contract/prompt-readings.ts'
import { readings as contract } from '../../../src/contract/readings.ts'
import { parseSettings } from '../../../src/contract/parse-settings.ts'
import { methodOf } from '../../../src/ml/recipes/pair-methods.ts'
import type { DpoRun } from '../../../src/ml/recipes/dpo-run.ts'
import { trainDpo } from '../../../src/ml/recipes/dpo.ts'
import type { DpoEvent } from '../../../src/ml/recipes/events.ts'
import { nextKlCoef, type Judge } from '../../../src/ml/recipes/online-methods.ts'
import type { PairUnit } from '../../../src/ml/recipes/plan.ts'
import type { RolloutReadings } from '../../../src/ml/recipes/rollout-readings.ts'
import { configs, fixture, fixtureWeights, type Ids } from '../../parity/tiny-models.ts'
import { graphExecutor } from '../../../src/main/trainer/engine/graph/graph-executor.ts'
import { openBackend, tensorsAlive } from '../backend.ts'
import { driven, executorWith, goldenSettings, ofKind, pairUnits } from './runs.ts'

const native = (await openBackend()) === 'native'
const fresh = () => executorWith(native ? graphExecutor() : 'cpu', weights)
const config = configs['tiny-llama']
const { token_ids: ids } = await fixture<{ token_ids: Ids[] }>('tiny-llama')
const golden = pairUnits(ids)
/** Twice as many prompts, so that one can be held out. */
const pairs = [
  ...golden,
  ...golden.map(({ id, prompt, unit }) => ({
    id: id + golden.length,
    prompt: [...prompt, 7],
    unit: { ...unit, shared: [...unit.shared, 7] },
  })),
]
const weights = await fixtureWeights('tiny-llama/model.safetensors')

/** Half of all tokens: a random model's answers score about a half. */
const evenShare: Judge = {
  decides: true,
  scores: (answers) =>
    Promise.resolve(
      answers.map(({ response }) => response.filter((token) => token % 2 === 0).length / response.length),
    ),
}

const same: Judge = { decides: true, scores: (answers) => Promise.resolve(answers.map(() => 1)) }

async function run(
  name: 'grpo' | 'rloo' | 'ppo' | 'online-dpo',
  settings: Partial<typeof goldenSettings>,
  own: Record<string, unknown> = {},
  judge = evenShare,
  asked: readonly PairUnit[] = pairs,
) {
  const executor = fresh()
  const values = parseSettings(name, { group_size: 8, response_tokens: 4, ...own })
  const given: DpoRun = {
    ...{ executor, config, pairs: asked, seed: 5, judge, reference: () => undefined },
    method: methodOf(name, values),
    settings: { ...goldenSettings, tuning: 'lora', probe_every: 1000, ...settings },
  }
  const events: DpoEvent[] = []
  for await (const event of trainDpo(given)) events.push(event)
  executor.dispose()
  const readings = events.flatMap((event) => (event.kind === 'step' ? [event.readings as RolloutReadings] : []))
  return { events, readings }
}

describe.each(['grpo', 'rloo', 'ppo'] as const)('%s', (name) => {
  test('raises the score of its own answers, and is nowhere but at the reference at first', async () => {
    const alive = tensorsAlive()
    const { readings } = await run(name, { steps: 24, learning_rate: 5e-2 })
    expect(Math.abs(readings[0]!.kl!)).toBeLessThan(1e-6)
    expect(readings[3]!.kl).toBeGreaterThan(1e-5)
    const mean = (values: RolloutReadings[]) => values.reduce((sum, { reward }) => sum + reward!, 0) / values.length
    expect(mean(readings.slice(-6))).toBeGreaterThan(mean(readings.slice(0, 6)) + 0.04)
    expect(readings.flatMap((one) => Object.values(one)).every(Number.isFinite)).toBe(true)
    expect(tensorsAlive()).toBe(alive)
  })

  test('the same seed gives the same run, and answers within a group differ', async () => {
    const [first, second] = [await run(name, { steps: 2 }), await run(name, { steps: 2 })]
    expect(first.readings).toEqual(second.readings)
    expect(first.readings[0]!.reward_std).toBeGreaterThan(0)
  })

  test('answers that share their prompt, and with it a unit, teach what they would alone', async () => {
    // Whoever asks twice for this prompt gets two arrays, which are not known to be alike.
    const apart = pairs.map(({ id, prompt, unit }) => ({
      id,
      unit,
      get prompt() {
        return [...prompt]
      },
    }))
    const several = { group_size: 5, [name === 'ppo' ? 'ppo_epochs' : 'num_iterations']: 2, minibatches: 2 }
    const settings = { steps: 3, learning_rate: 1e-2 }
    const [shared, alone] = [await run(name, settings, several), await run(name, settings, several, evenShare, apart)]
    for (const [step, readings] of shared.readings.entries())
      for (const [what, value] of Object.entries(readings))
        expect(value, `step ${step}, ${what}`).toBeCloseTo((alone.readings[step] as Record<string, number>)[what]!, 4)
  })

  test('held-out prompts are answered and checked', async () => {
    const { events } = await run(name, { steps: 2, heldout_pairs: 1, probe_every: 1 })
    const checked = events.filter((event) => event.kind === 'checked')
    expect(checked.map(({ step }) => step)).toEqual([0, 1, 2])
    for (const { readings } of checked) expect([0, 1]).toContain(readings['probe/heldout/pass_rate'])
    // The same draws of the same policy: before any update greedy and sampled scores are told twice the same.
    const again = (await run(name, { steps: 1, heldout_pairs: 1, probe_every: 1 })).events
    expect(again.find((event) => event.kind === 'checked')?.readings).toEqual(checked[0]!.readings)
    const told = events.flatMap((event) => (event.kind === 'step' || event.kind === 'checked' ? [event.readings] : []))
    const names = new Set(told.flatMap((one) => Object.keys(one)))
    expect([...names].filter((one) => !(one in contract))).toEqual([])
    // The KL weight is told where it is steered.
    const { 'objective/kl_coef': __, ...ppoOwn } = ppoReadings
    const own = name === 'ppo' ? ppoOwn : { 'clip_ratio/region_mean': 0 }
    const { 'clip_ratio/region_mean': _, ...all } = promptReadings
    expect([...Object.keys(all), ...Object.keys(own)].filter((one) => !names.has(one))).toEqual([])
  })
})

describe('online-dpo', () => {
  test('raises the score of its own answers, with pairs of the best and the worst', async () => {
    const alive = tensorsAlive()
    const { readings } = await run('online-dpo', { steps: 24, learning_rate: 5e-2 })
    const mean = (values: RolloutReadings[]) => values.reduce((sum, { reward }) => sum + reward!, 0) / values.length
    expect(mean(readings.slice(-6))).toBeGreaterThan(mean(readings.slice(0, 6)) + 0.04)
    expect(readings.flatMap((one) => Object.values(one)).every(Number.isFinite)).toBe(true)
    // Eight answers to each of four prompts: each of them has a best and a worst, at first.
    expect(readings[0]).toMatchObject({ pairs_made: 4, frac_reward_zero_std: 0 })
    expect(readings[0]!.loss).toBeCloseTo(Math.LN2, 5)
    expect(readings.at(-1)!['rewards/margins']).toBeGreaterThan(0)
    expect([...new Set(readings.flatMap((one) => Object.keys(one)))].filter((one) => !(one in contract))).toEqual([])
    expect(tensorsAlive()).toBe(alive)
  })

  test('answers that all score the same make no pair and no update', async () => {
    const { readings } = await run('online-dpo', { steps: 1 }, {}, same)
    expect(readings[0]).toMatchObject({ pairs_made: 0, grad_norm: 0, reward: 1 })
    expect(readings[0]).not.toHaveProperty('loss')
  })

  test('needs the reference of new answers', () => {
    expect(() => parseSettings('online-dpo', { tuning: 'full' })).toThrow(/needs lora/)
  })
})

test('progress is told, so that a stop is heard, before any of the answers that are drawn together has ended', async () => {
  const { events } = await run('grpo', { steps: 1 })
  const told = ofKind(events, 'doing').map(({ text }) => text)
  expect(told).toContain('sampling answers, 0 of 32 answers')
  expect(told).toContain('sampling answers, 32 of 32 answers')
})

test('a step of several passes ends early where the policy has drifted, and one pass never does', async () => {
  const settings = { steps: 1, learning_rate: 5e-2 }
  const many = await run('ppo', settings, { ppo_epochs: 4, minibatches: 2 })
  const held = await run('ppo', settings, { ppo_epochs: 4, minibatches: 2, target_kl: 1e-9 })
  const one = await run('ppo', settings, { ppo_epochs: 1, minibatches: 2, target_kl: 1e-9 })
  const [drift, first] = [many.readings[0]!['policy/approxkl_avg']!, held.readings[0]!]
  expect(drift).toBeGreaterThan(1e-4)
  // The first update is always made, and nothing has drifted before it: only the first minibatch was learnt from.
  expect(first['policy/approxkl_avg']).toBeLessThan(1e-9)
  expect(first['val/ratio']).toBeCloseTo(1, 5)
  expect(one.readings[0]).toEqual(first)
})

test.each(['grpo', 'ppo'] as const)('%s learns at the temperature at which it draws', async (name) => {
  const step = async (temperature: number) => {
    const own = { temperature, ...(name === 'ppo' ? { ppo_epochs: 1 } : {}), minibatches: 2 }
    return (await run(name, { steps: 1, learning_rate: 1e-9 }, own)).readings[0]!
  }
  const [plain, warm] = [await step(1), await step(1.7)]
  // Whoever of the policy that drew, the policy that learns and the reference read at another one would be apart from the others.
  expect(Math.abs(warm.kl!)).toBeLessThan(1e-6)
  if (name === 'grpo') expect(warm['clip_ratio/region_mean']).toBe(0)
  if (name === 'ppo') expect(warm['val/ratio']).toBeCloseTo(1, 5)
  expect(warm.entropy).toBeGreaterThan(plain.entropy! + 0.01)
})

test('what a step that ended early had summed is not added to the next', async () => {
  const executor = fresh()
  const values = parseSettings('ppo', { group_size: 4, response_tokens: 4, ppo_epochs: 2, target_kl: 1e-9 })
  const recipe = trainDpo({
    ...{ executor, config, pairs, seed: 5, judge: evenShare, reference: () => undefined },
    method: methodOf('ppo', values),
    settings: { ...goldenSettings, tuning: 'lora', steps: 1, learning_rate: 5e-2, probe_every: 1000 },
  })
  let sums = 0
  for await (const event of recipe) {
    if (event.kind !== 'step') continue
    for (const name of executor.names().filter((one) => one.startsWith('grad/'))) {
      sums++
      expect(
        [...(await executor.read(name)).data].every((value) => value === 0),
        name,
      ).toBe(true)
    }
  }
  expect(sums).toBeGreaterThan(2)
  executor.dispose()
})

test('ppo, stopped and resumed in a new executor, goes on as if unbroken', async () => {
  const values = parseSettings('ppo', { group_size: 4, response_tokens: 4, minibatches: 2, ppo_epochs: 2 })
  const given = {
    ...{ config, pairs, seed: 5, judge: evenShare, method: methodOf('ppo', values) },
    settings: { ...goldenSettings, tuning: 'lora' as const, steps: 4, learning_rate: 2e-2, probe_every: 1000 },
  }
  const whole = await driven({ ...given, executor: fresh() })
  const half = await driven({ ...given, executor: fresh() }, 2)
  const executor = executorWith(native ? graphExecutor() : 'cpu', weights, half.checkpoint)
  const probes = ofKind(half.events, 'probed')[0]!.probes
  const rest = await driven({ ...given, executor, resume: { step: 2, probes } }, Infinity, half.reference)
  // The count of tokens begins anew: answers before are not known.
  const told = (events: readonly DpoEvent[]) =>
    ofKind(events, 'step').map(({ readings: { num_tokens: _, ...readings } }) => readings)
  expect(told(rest.events)).toEqual(told(whole.events).slice(2))
  expect(Object.keys(half.checkpoint)).toContain('value_head.weight')
  expect(rest.checkpoint).toEqual(whole.checkpoint)
  expect(Math.max(...whole.checkpoint['value_head.bias']!.data.map(Math.abs))).toBeGreaterThan(1e-3)
})

test('the KL weight of PPO grows and falls by the distance of the answers, by a fifth of answers over horizon at most', () => {
  const control = { target: 6, horizon: 100 }
  // Twice the target: the error is cut to 0.2, and 50 answers of 100 make 1 + 0.2 / 2.
  expect(nextKlCoef(0.2, { kl: 12, answers: 50 }, control)).toBeCloseTo(0.22, 12)
  expect(nextKlCoef(0.2, { kl: 6.6, answers: 50 }, control)).toBeCloseTo(0.21, 12)
  expect(nextKlCoef(0.2, { kl: 6, answers: 50 }, control)).toBe(0.2)
  expect(nextKlCoef(0.2, { kl: -3, answers: 10 }, control)).toBeCloseTo(0.196, 12)
})

test('a steered KL weight is told, takes the next step’s rewards, and goes on from a checkpoint', async () => {
  const steered = { kl_control: 'adaptive', kl_coef: 0.5, kl_target: 0.001, kl_horizon: 40 }
  const values = parseSettings('ppo', { group_size: 4, response_tokens: 4, ppo_epochs: 2, ...steered })
  const given = {
    ...{ config, pairs, seed: 5, judge: evenShare, method: methodOf('ppo', values) },
    settings: { ...goldenSettings, tuning: 'lora' as const, steps: 4, learning_rate: 2e-2, probe_every: 1000 },
  }
  const whole = await driven({ ...given, executor: fresh() })
  const told = (events: readonly DpoEvent[]) =>
    ofKind(events, 'step').map(({ readings }) => readings as unknown as RolloutReadings)
  const read = told(whole.events)
  expect(read[0]!['objective/kl_coef']).toBe(0.5)
  for (const [i, now] of read.slice(1).entries()) {
    const before = read[i]!
    const wanted = nextKlCoef(
      before['objective/kl_coef']!,
      { kl: before['objective/kl']!, answers: 16 },
      { target: 0.001, horizon: 40 },
    )
    expect(now['objective/kl_coef']).toBeCloseTo(wanted, 6)
    expect(now['objective/non_score_reward']).toBeCloseTo(-now['objective/kl_coef']! * now['objective/kl']!, 6)
  }
  // At the reference the distance is 0, far below the target; then the answers are far beyond it.
  expect(read[1]!['objective/kl_coef']).toBeLessThan(0.5)
  const half = await driven({ ...given, executor: fresh() }, 2)
  expect(half.checkpoint['carried/kl_coef']!.data[0]).toBeCloseTo(read[2]!['objective/kl_coef']!, 6)
  const executor = executorWith(native ? graphExecutor() : 'cpu', weights, half.checkpoint)
  const probes = ofKind(half.events, 'probed')[0]!.probes
  const rest = await driven({ ...given, executor, resume: { step: 2, probes } }, Infinity, half.reference)
  expect(rest.checkpoint).toEqual(whole.checkpoint)
  expect(told(rest.events).map((one) => one['objective/kl_coef'])).toEqual(
    read.slice(2).map((one) => one['objective/kl_coef']),
  )
})

test.each([
  ['grpo', { kl_weight: 0 }],
  ['rloo', { kl_weight: 0 }],
  ['ppo', { kl_coef: 0, vf_coef: 0 }],
] as const)('where nothing else teaches, %s with a bonus for entropy grows less sure', async (name, own) => {
  const settings = { steps: 6, learning_rate: 1e-2 }
  const { readings } = await run(name, settings, { ...own, entropy_coef: 0.5 }, same)
  expect(readings.at(-1)!.entropy).toBeGreaterThan(readings[0]!.entropy! + 1e-3)
  // A mean over tokens but for rloo, which takes the mean over answers.
  if (name === 'grpo') expect(readings[0]!.loss).toBeCloseTo(-0.5 * readings[0]!.entropy!, 4)
})

test('scores that are all the same teach nothing: the weights stay', async () => {
  const executor = fresh()
  const values = parseSettings('grpo', { group_size: 4, response_tokens: 4, kl_weight: 0 })
  const events: DpoEvent[] = []
  const names: string[] = []
  for await (const event of trainDpo({
    ...{
      executor,
      config,
      pairs,
      seed: 5,
      judge: same,
      reference: () => undefined,
    },
    method: methodOf('grpo', values),
    settings: { ...goldenSettings, tuning: 'full', steps: 1, probe_every: 1000 },
  })) {
    events.push(event)
    if (event.kind === 'checkpoint') names.push(...Object.keys(weights))
  }
  const step = events.find((event) => event.kind === 'step')
  expect(step?.readings).not.toHaveProperty('kl') // The reference was not asked: nothing is known of it.
  expect(step?.readings).toMatchObject({ reward: 1, reward_std: 0, frac_reward_zero_std: 1, grad_norm: 0 })
  for (const name of names) expect((await executor.read(name)).data).toEqual(weights[name]!.data)
  executor.dispose()
})

test('what cannot be is said before anything is done', async () => {
  await expect(run('grpo', {}, { response_tokens: 4000 })).rejects.toThrow(
    /prompts leave no room for answers of 4000 tokens/,
  )
  expect(() => parseSettings('grpo', { tuning: 'full' })).toThrow(/reference are trained/)
  expect(parseSettings('grpo', { tuning: 'full', kl_weight: 0 }).kl_weight).toBe(0)
  const executor = fresh()
  const recipe = trainDpo({
    ...{ executor, config, pairs, seed: 5, reference: () => undefined },
    method: methodOf('rloo', parseSettings('rloo', { response_tokens: 4 })),
    settings: { ...goldenSettings, tuning: 'lora' },
  })
  await expect(
    (async () => {
      for await (const _ of recipe);
    })(),
  ).rejects.toThrow('needs a way to score answers')
  executor.dispose()
})
