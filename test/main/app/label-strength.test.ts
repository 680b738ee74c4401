// The strength of labels from the store to the loss of a run, with the real trainer process.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { PairId, RunId, SettingValues, Verdict } from '#contract'
import { runFolder } from '../../../src/main/app/run-files.ts'
import { openRunHome, over, request, tinySettings, type RunHome } from './run-home.ts'

let home: RunHome
beforeAll(async () => void (home = await openRunHome()))
afterAll(() => home.close())

const short = { ...tinySettings, steps: 5, probe_every: 1, checkpoint_every: 1 }
const start = async (settings: SettingValues) => home.runs.handlers['runs.start'](request({ ...short, ...settings }))
const estimated = async (settings: SettingValues) =>
  home.runs.handlers['runs.estimate'](request({ ...short, ...settings }))
const label = (pair: number, verdict: Verdict, strength: 1 | 2) =>
  home.context.store.labels.add({ pair: pair as PairId, verdict, strength, edited: null, by: 'me' })
const losses = (run: RunId) => home.context.store.readings.list({ run, names: ['loss'] }).map(({ value }) => value)
const fileOf = (run: RunId) =>
  readFileSync(join(runFolder(home.home, run), 'pairs.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { id: number; strength?: number })
const versionOf = (run: RunId) => home.context.store.runs.show(run).provenance?.setVersionHash

test('a margin for strong preferences is in the first loss; interrupted, the run goes on with the strengths it began with', async () => {
  for (let pair = 1; pair <= 12; pair++) label(pair, 'a', 2)
  const asked = { label_strength: 'margin', strength_margin: 1.5 }
  const whole = await start(asked)
  expect((await home.until(whole.id, ...over)).reason).toBe(null)
  // At the reference all rewards are equal: log(1 + e^1.5).
  expect(losses(whole.id)[0]).toBeCloseTo(1.7014133, 5)
  expect(fileOf(whole.id).map(({ strength }) => strength)).toEqual(Array.from({ length: 12 }, () => 2))

  const run = await start(asked)
  await home.untilRead(run.id, 'loss', 1)
  home.port().kill()
  expect((await home.until(run.id, ...over)).status).toBe('interrupted')
  label(1, 'b', 1)
  await home.runs.handlers['runs.resume']({ run: run.id })
  expect((await home.until(run.id, 'finished', 'failed')).reason).toBe(null)
  label(1, 'a', 2)
  losses(run.id).forEach((loss, i) => expect(loss).toBeCloseTo(losses(whole.id)[i]!, 5))
  expect(versionOf(run.id)).toBe(versionOf(whole.id))

  const ignored = await start({})
  await home.until(ignored.id, ...over)
  expect(losses(ignored.id)[0]).toBeCloseTo(Math.LN2, 5)
  expect(fileOf(ignored.id).some((line) => 'strength' in line)).toBe(false)
  expect(versionOf(ignored.id)).not.toBe(versionOf(whole.id))
})

test('ties train where labels are soft, and nowhere else', async () => {
  label(3, 'tie', 1)
  const weight = { label_strength: 'weight' }
  const soft = { label_strength: 'soft-label', label_confidence: 0.8 }
  const runs = { weight: await start(weight), soft: await start(soft) }
  expect([runs.weight.set.pairs, runs.soft.set.pairs]).toEqual([11, 12])
  const pairs = async (settings: SettingValues) => {
    const { trainPairs, heldoutPairs } = await estimated(settings)
    return trainPairs + heldoutPairs
  }
  expect([await pairs({}), await pairs(weight), await pairs(soft)]).toEqual([11, 11, 12])
  for (const { id } of Object.values(runs)) expect((await home.until(id, ...over)).reason).toBe(null)
  expect(fileOf(runs.weight.id).map(({ id }) => id)).not.toContain(3)
  expect(fileOf(runs.soft.id).find(({ id }) => id === 3)?.strength).toBe(0)
  const probed = home.context.store.probes.list(runs.soft.id)
  expect(probed.filter(({ kind }) => kind === 'train' || kind === 'heldout').map(({ pair }) => pair)).not.toContain(3)
})

test('a use that the method does not know is refused before anything is stored', async () => {
  const before = home.context.store.runs.list().length
  await expect(
    (async () =>
      home.runs.handlers['runs.start']({ ...request({ ...short, label_strength: 'margin' }), method: 'ipo' }))(),
  ).rejects.toMatchObject({
    problem: {
      where: 'setting label_strength',
      message: 'The loss of IPO cannot use the strength of labels as margin',
    },
  })
  expect(home.context.store.runs.list()).toHaveLength(before)
})
