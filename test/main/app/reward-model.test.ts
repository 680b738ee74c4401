// A reward model from its run to its use: trained, kept as a model, loaded as one, and the judge of PPO. With the real trainer process.
import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { commands, type Evaluation, type Model, type SettingValues } from '#contract'
import { openEvaluations } from '../../../src/main/app/evaluations.ts'
import { samplePairs } from '../../../src/main/app/pair-sampling.ts'
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

test('it judges the answers of an evaluation: mean scores, their paired difference, and nothing right or wrong', async () => {
  const evaluations = openEvaluations(home.context)
  const { id } = home.context.store.runs.list().findLast(({ method }) => method === 'ppo')!
  const options = { rewardModel: { name: 'judge' }, likelihoods: false, maxTokens: 4, answers: 2, temperature: 1 }
  const asked = { policies: [{ model: 'tiny' }, { run: id }], set: 'pairs', options }
  const start = (part: object) =>
    evaluations.handlers['evaluations.start'](commands['evaluations.start'].in.parse({ ...asked, ...part }))
  const made = await start({})
  await vi.waitFor(() => expect(status(made)).toEqual(['finished', 'finished']), { timeout: 50_000, interval: 50 })
  const { store } = home.context
  const [a, b] = made.map((one) => store.evaluations.show(one.id))
  expect(a!.options.rewardModel).toEqual({ name: 'judge', modelHash: kept.modelHash })
  const { answers, pairs } = a!.figures!
  expect(pairs).toBeNull()
  expect(answers).toMatchObject({ prompts: 12, answers: 24, decided: 0, passRate: { rate: null } })
  // The figure is that of the items, and an item's score that of the model on its text.
  const items = store.evaluations.outcomes(a!.id)
  const means = items.map((item) => item.answers.reduce((sum, { score }) => sum + score, 0) / item.answers.length)
  expect(answers!.score!.mean).toBeCloseTo(means.reduce((sum, one) => sum + one, 0) / 12, 6)
  const { text, score, ended } = store.evaluations.result(a!.id, 0)!.answers[0]!
  const { results } = await rewardHandlers(home.context)['models.score']({
    ...{ model: 'judge', texts: [{ prompt: tinyPairs[0]!.prompt, response: text }] },
  })
  if (ended && 'reward' in results[0]!) expect(score).toBeCloseTo(results[0].reward, 3)
  expect(Number.isFinite(score)).toBe(true)
  const compared = await evaluations.handlers['evaluations.compare']({ a: a!.id, b: b!.id })
  expect(compared).toMatchObject({ pairs: null, answers: null, scores: { of: 12 } })
  expect(compared.scores!.mean).toBeCloseTo(b!.figures!.answers!.score!.mean! - answers!.score!.mean!, 6)

  const refused = (part: object, message: string) => expect(start(part)).rejects.toThrow(message)
  await refused({ options: { ...options, checker: { name: 'exact-match' } } }, 'One judge scores the answers')
  await refused({ options: { ...options, rewardModel: { name: 'tiny' } } }, 'tiny is no reward model')
  await addModel(home.context, { name: 'other', location: join(home.context.resources, 'starter'), source: 'fixture' })
  const foreign = { policies: [{ model: 'other' }] }
  await refused(foreign, 'The reward model judge has another tokenizer than other, so it cannot read its answers')
  await expect((async () => samplePairs(home.context, pairsAsked({ policy: { model: 'other' } })))()).rejects.toThrow(
    'The reward model judge has another tokenizer than other',
  )
  evaluations.close()
})
const status = (made: readonly Evaluation[]) =>
  made.map(({ id }) => home.context.store.evaluations.show(id)).map(({ status, reason }) => reason ?? status)

const pairsAsked = (part: object) =>
  commands['pairs.sample'].in.parse({
    ...{ policy: { model: 'tiny' }, prompts: { set: 'pairs' }, judge: { rewardModel: 'judge' }, into: 'ranked' },
    ...{ sampling: { answers: 3, tokens: 4 }, limit: 4 },
    ...part,
  })

test('it ranks sampled answers: the better of each pair has the higher reward, and the origin says whose', async () => {
  const { set, counts } = await samplePairs(home.context, pairsAsked({}))
  expect(counts).toMatchObject({ prompts: 4, answers: 12, undecided: 0 })
  const { store } = home.context
  const filter = { text: '', label: null, order: 'id', direction: 'down', model: null } as const
  const { rows } = store.pairs.list({ set: set.id, filter, offset: 0, limit: 9 })
  expect(rows).toHaveLength(counts.pairs)
  for (const row of rows) {
    const { chosen, rejected } = store.pairs.show(row.id)
    expect(Number(chosen.origin.sampling!.score)).toBeGreaterThan(Number(rejected.origin.sampling!.score))
    expect(chosen.origin.sampling).toMatchObject({ reward_model: 'judge', reward_model_hash: kept.modelHash })
    expect(chosen.origin.sampling).not.toHaveProperty('checker')
  }
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
