// A reward model from its run to its use: trained, kept as a model, loaded as one, and the judge of PPO. With the real trainer process.
import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Model, SettingValues } from '#contract'
import { rewardHandlers } from '../../../src/main/app/rewards.ts'
import { addModel, modelHandlers } from '../../../src/main/app/models.ts'
import { readSafetensorsHeader } from '#ml'
import { diskSource } from '../../../src/main/trainer/files.ts'
import { openRunHome, over, request, tinyPairs, tinySettings, type RunHome } from './run-home.ts'

let home: RunHome
beforeAll(async () => void (home = await openRunHome()))
afterAll(() => home.close())

const unread = [
  'probe_others',
  'probe_others_rejected',
  'probe_near_misses',
  'probe_shuffled',
  'probe_resamples',
  'geometry_pairs',
  'geometry_every',
  'probe_samples',
  'probe_sample_tokens',
  'sample_prompts',
  'sample_every',
  'sample_tokens',
]
const ownSettings = Object.fromEntries(Object.entries(tinySettings).filter(([key]) => !unread.includes(key)))
const train = async (method: 'reward-model' | 'ppo', settings: SettingValues) => {
  const run = await home.runs.handlers['runs.start']({ ...request(settings), method })
  return home.until(run.id, ...over)
}
const reading = (run: number, name: string) =>
  home.context.store.readings.list({ run: run as never, names: [name] }).map(({ value }) => value)

let kept: Model

test('its run tells rewards and no likelihoods, and refuses settings of likelihoods', async () => {
  const run = await train('reward-model', { ...ownSettings, learning_rate: 1e-2 })
  expect([run.status, run.reason]).toEqual(['finished', null])
  expect(reading(run.id, 'loss')[0]).toBeCloseTo(Math.LN2, 6)
  expect(reading(run.id, 'loss').at(-1)).toBeLessThan(0.6)
  expect(reading(run.id, 'probe/heldout/reward_accuracy')[0]).toBe(0.5)
  expect(reading(run.id, 'drop/train/rejected')).toEqual([])
  const shown = await home.runs.handlers['runs.show']({ run: run.id })
  expect(shown.judgements).toEqual([])
  await expect(train('reward-model', { ...ownSettings, probe_samples: 2 })).rejects.toMatchObject({
    problem: { where: 'setting probe_samples' },
  })

  kept = await modelHandlers(home.context)['models.keep']({ run: run.id, name: 'judge' })
  expect(kept).toMatchObject({ name: 'judge', head: 'reward' })
  const config = JSON.parse(readFileSync(join(kept.location, 'config.json'), 'utf8')) as Record<string, unknown>
  expect(config).toMatchObject({ architectures: ['LlamaForSequenceClassification'], id2label: { 0: 'reward' } })
  const stored = await readSafetensorsHeader(await diskSource(join(kept.location, 'model.safetensors')), 'model')
  expect(stored.get('score.weight')?.shape).toEqual([1, kept.D])
  expect(stored.has('lm_head.weight')).toBe(false)

  const to = join(home.home, 'adapter')
  await home.runs.handlers['runs.export']({ run: run.id, format: 'peft', to })
  const peft = JSON.parse(readFileSync(join(to, 'adapter_config.json'), 'utf8')) as Record<string, unknown>
  expect(peft).toMatchObject({ task_type: 'SEQ_CLS', modules_to_save: ['score'] })
  const adapter = await readSafetensorsHeader(await diskSource(join(to, 'adapter_model.safetensors')), 'adapter')
  expect(adapter.has('base_model.model.score.weight')).toBe(true)
})

test('it scores any text, and is examined on labelled pairs', async () => {
  const { 'models.score': score, 'models.examine': examine } = rewardHandlers(home.context)
  const texts = tinyPairs.slice(0, 3).flatMap(({ prompt, chosen, rejected }) => [
    { prompt, response: chosen },
    { prompt, response: rejected },
  ])
  const { results } = await score({ model: 'judge', texts: [...texts, { prompt: 'Add', response: '' }] })
  const rewards = results.map((one) => ('reward' in one ? one.reward : NaN))
  expect(new Set(rewards.slice(0, 6)).size).toBe(6)
  expect(results[6]).toEqual({ refused: 'the response is empty' })
  const exam = await examine({ model: 'judge', set: request(tinySettings).set })
  expect(exam).toMatchObject({ pairs: 12, refused: { pairs: 0, first: null } })
  const right = [0, 2, 4].filter((i) => rewards[i]! > rewards[i + 1]!).length
  expect(exam.accuracy).toBeGreaterThanOrEqual(right / 12)
  expect(exam.low).toBeLessThanOrEqual(exam.accuracy)
  expect(exam.high).toBeGreaterThan(exam.accuracy - 1e-12)
  const ours = home.context.store.models.list()[0]!.name
  await expect((async () => examine({ model: ours, set: request(tinySettings).set }))()).rejects.toMatchObject({
    problem: { where: `model ${ours}`, message: expect.stringMatching(/no reward model/) as string },
  })
})

const sampled = { reward_from: 'reward-model', reward_model: 'judge', response_tokens: 6, group_size: 2 }

test('it judges the answers of PPO, whose scores are its rewards', async () => {
  const run = await train('ppo', { ...tinySettings, ...sampled, steps: 2, ppo_epochs: 2 })
  expect([run.status, run.reason]).toEqual(['finished', null])
  expect(reading(run.id, 'objective/scores')).toHaveLength(2)
  expect(reading(run.id, 'objective/scores')).toEqual(reading(run.id, 'reward'))
  // No checker decides what is right.
  expect(reading(run.id, 'probe/heldout/pass_rate')).toEqual([])
  expect(reading(run.id, 'probe/heldout/score_sampled').every((score) => Number.isFinite(score) && score !== 0)).toBe(
    true,
  )
  // A value head is PPO's own: what is kept of the run is a language model.
  const policy = await modelHandlers(home.context)['models.keep']({ run: run.id, name: 'tuned' })
  expect(policy.head).toBe('language')
})

test('a judge that cannot read the longest answer fails the run with one line', async () => {
  const folder = join(home.home, 'short')
  cpSync(kept.location, folder, { recursive: true })
  const config = JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8')) as Record<string, unknown>
  writeFileSync(join(folder, 'config.json'), JSON.stringify({ ...config, max_position_embeddings: 8 }))
  await addModel(home.context, { name: 'short', location: folder, source: folder })
  const run = await train('ppo', { ...tinySettings, ...sampled, reward_model: 'short' })
  expect([run.status, run.step]).toEqual(['failed', 0])
  expect(run.reason).toMatch(/tokens long with their prompts, and the reward model reads 8/)
})

test('what cannot be a judge, or be tuned, is said in one line before anything is loaded', async () => {
  const { context } = home
  const refused = (settings: SettingValues, where: string, message: RegExp) =>
    expect(train('ppo', { ...tinySettings, ...settings })).rejects.toMatchObject({
      problem: { where, message: expect.stringMatching(message) as string },
    })
  await refused({ ...sampled, reward_model: '' }, 'setting reward_model', /none is named/)
  await refused({ ...sampled, reward_model: 'tuned' }, 'setting reward_model', /is no reward model/)
  await refused({ ...sampled, reward_model: 'nobody' }, 'nobody', /no model of this name/)
  const { id: _, addedAt: __, ...facts } = kept
  context.store.models.add({ ...facts, name: 'foreign', tokenizerHash: 'another' })
  await refused({ ...sampled, reward_model: 'foreign' }, 'setting reward_model', /another tokenizer/)
  await refused({ ...sampled, checker: 'exact-match' }, 'setting checker', /Not read when reward_from is reward-model/)
  const tuned = home.runs.handlers['runs.start']
  await expect((async () => tuned({ ...request(tinySettings), model: 'judge' }))()).rejects.toMatchObject({
    problem: { where: 'model', message: expect.stringMatching(/is a reward model/) as string },
  })
  await expect(modelHandlers(context)['models.keep']({ run: 1 as never, name: 'judge' })).rejects.toMatchObject({
    problem: { code: 'conflict' },
  })
})
