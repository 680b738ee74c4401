// Runs that learn from a checker with parameters, with the real trainer process.
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { RunId, SettingValues } from '#contract'
import { openRunHome, over, request, tinySettings, type RunHome } from './run-home.ts'

let home: RunHome
beforeAll(async () => void (home = await openRunHome()))
afterAll(() => home.close())

const unwatched = { probe_pairs: 0, probe_others: 0, probe_samples: 0, sample_prompts: 0, probe_every: 9 }
const short = { ...tinySettings, ...unwatched, steps: 3, checkpoint_every: 1, response_tokens: 4, group_size: 2 }
const start = (settings: SettingValues) =>
  home.runs.handlers['runs.start']({ ...request({ ...short, ...settings }), method: 'grpo' })
const scores = (run: RunId) => home.context.store.readings.list({ run, names: ['reward'] }).map(({ value }) => value)

test('the parameters decide the score, and are all kept with the run', async () => {
  const length = (at_most: number) => ({
    checker: 'length',
    checker_parameters: ['unit=characters', `at_most=${at_most}`],
  })
  const [long, shortest] = [await start(length(1000)), await start(length(1))]
  expect(long.settings.checker_parameters).toEqual(['unit=characters', 'at_least=', 'at_most=1000'])
  for (const { id } of [long, shortest]) expect((await home.until(id, ...over)).reason).toBe(null)
  // An answer that is empty, as a random model's may be, never passes.
  expect(scores(long.id)).toHaveLength(3)
  expect(scores(long.id).every((score) => score >= 0.75)).toBe(true)
  expect(scores(shortest.id).every((score) => score < 0.5)).toBe(true)
})

test('a run of before checkers had parameters goes on where it was', async () => {
  const whole = await start({})
  expect((await home.until(whole.id, ...over)).reason).toBe(null)
  const { store } = home.context
  const { checker_parameters: _, ...settings } = whole.settings
  const old = store.runs.create({
    ...{ name: 'old', method: whole.method, model: whole.model, set: whole.set, settings, seed: whole.seed },
    ...{
      setVersion: store.runs.setVersion(whole.id),
      steps: whole.steps,
      parent: null,
      parentStep: null,
      provenance: null,
    },
  })
  store.runs.update(old.id, { status: 'stopped' })
  await home.runs.handlers['runs.resume']({ run: old.id })
  await home.untilRead(old.id, 'loss', 0)
  await home.runs.handlers['runs.stop']({ run: old.id })
  expect((await home.until(old.id, ...over)).status).toBe('stopped')
  await home.runs.handlers['runs.resume']({ run: old.id })
  expect((await home.until(old.id, 'finished', 'failed')).reason).toBe(null)
  expect(scores(old.id)).toEqual(scores(whole.id))
})

test('a parameter that is not there or not right is said in one line, and no run is made', async () => {
  const before = home.context.store.runs.list().length
  const refused = (settings: SettingValues, message: string) =>
    expect(start(settings)).rejects.toMatchObject({
      problem: { where: 'setting checker_parameters', message: expect.stringContaining(message) as string },
    })
  await refused({ checker: 'length' }, 'Checker length needs at_least, at_most or both')
  await refused({ checker: 'length', checker_parameters: ['wings=2'] }, 'has no parameter "wings"')
  await refused({ checker: 'length', checker_parameters: ['at_most=many'] }, 'takes a whole number, got "many"')
  await refused({ checker: 'length', checker_parameters: ['at_most=-1'] }, 'must be a whole number from')
  expect(home.context.store.runs.list()).toHaveLength(before)
})
