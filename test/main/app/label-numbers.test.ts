// The numbers that came with pairs, from a file to the loss of a run, with the real trainer process; and runs that are refused for them.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { PairId, RunId, SettingValues } from '#contract'
import { importFile } from '../../../src/main/app/imports.ts'
import { runFolder } from '../../../src/main/app/run-files.ts'
import { openRunHome, over, request, tinyPairs, tinySettings, type RunHome } from './run-home.ts'

let home: RunHome
beforeAll(async () => void (home = await openRunHome()))
afterAll(() => home.close())

const margins = [0.5, 1, 2, 4, 0, 0.25, 3, 1, 2, 0.5, 1.5, 5]
const rated = tinyPairs.map((pair, i) => ({ ...pair, score_chosen: margins[i]! + 1, score_rejected: 1 }))
const bring = (set: string, rows: readonly object[]) => {
  const file = join(home.home, `${set}.jsonl`)
  writeFileSync(file, rows.map((row) => JSON.stringify(row)).join('\n'))
  return importFile(home.context, { file, set, format: null, map: null })
}
const whole = { ...tinySettings, steps: 3, heldout_pairs: 0, batch_pairs: 12, sample_prompts: 0, checkpoint_every: 1 }
const asked = (set: string, settings: SettingValues) => ({ ...request({ ...whole, ...settings }), set })
const losses = (run: RunId) => home.context.store.readings.list({ run, names: ['loss'] }).map(({ value }) => value)
const fileOf = (run: RunId) => readFileSync(join(runFolder(home.home, run), 'pairs.jsonl'), 'utf8')

test('as a margin they are in the first loss, and a run that was interrupted goes on with those it began with', async () => {
  await bring('rated', rated)
  const settings = { label_strength: 'number-margin', number_scale: 0.5 }
  const run = await home.runs.handlers['runs.start'](asked('rated', settings))
  await home.untilRead(run.id, 'loss', 1)
  home.port().kill()
  expect((await home.until(run.id, ...over)).status).toBe('interrupted')
  // Turned round, this pair would have a number below 0.
  const pair = home.context.store.sets.frozen(home.context.store.runs.setVersion(run.id))!.pairs.at(-1)!.id
  home.context.store.labels.add({ pair, verdict: 'b', strength: 1, edited: null, by: 'me' })
  await home.runs.handlers['runs.resume']({ run: run.id })
  expect((await home.until(run.id, 'finished', 'failed')).reason).toBe(null)
  home.context.store.labels.undo(home.context.store.sets.byName('rated')!.id, 'me')
  // At the reference all rewards are equal: the mean of log(1 + e^(m/2)).
  const wanted = margins.reduce((sum, margin) => sum + Math.log(1 + Math.exp(0.5 * margin)), 0) / 12
  expect(losses(run.id)[0]).toBeCloseTo(wanted, 5)
  expect(losses(run.id)).toHaveLength(3)
  const read = fileOf(run.id).trim().split('\n')
  expect(read.map((line) => (JSON.parse(line) as { margin: number }).margin)).toEqual(margins)
  const ignored = await home.ended({ set: 'rated', settings: whole })
  expect(losses(ignored.id)[0]).toBeCloseTo(Math.LN2, 5)
  expect(fileOf(ignored.id)).not.toContain('margin')
})

test('as a weight and as a soft label a run learns by them; a reward model takes the margin', async () => {
  for (const label_strength of ['number-weight', 'number-soft-label'])
    expect((await home.ended({ set: 'rated', settings: { ...whole, label_strength } })).reason).toBe(null)
  const settings = { ...rewardSettings, label_strength: 'number-margin', number_scale: 2 }
  const { id, reason } = await home.ended({ set: 'rated', method: 'reward-model', settings })
  expect(reason).toBe(null)
  const wanted = margins.reduce((sum, margin) => sum + Math.log(1 + Math.exp(2 * margin)), 0) / 12
  expect(losses(id)[0]).toBeCloseTo(wanted, 5)
})

const rewardSettings = {
  ...{ learning_rate: 1e-3, lora_rank: 4, lora_alpha: 8, steps: 2, batch_pairs: 12, heldout_pairs: 0, probe_pairs: 2 },
  precision: 'float32',
} satisfies SettingValues

test('pairs without a number are counted before anything is stored, and the way out is told', async () => {
  await bring('half', [...rated.slice(0, 7), ...tinyPairs.slice(7)])
  const before = home.context.store.runs.list().length
  const start = async (set: string, label_strength: string) =>
    home.runs.handlers['runs.start'](asked(set, { label_strength }))
  await expect(start('half', 'number-margin')).rejects.toThrow(
    'set half: 5 of 12 pairs have no number, and number-margin needs one of each. ' +
      'Import them with a margin or scores into a new set, or set label_strength to margin, which reads marks.',
  )
  // An edited answer is none that a number speaks of.
  home.context.store.labels.add({ pair: firstOf('rated'), verdict: 'a', strength: 1, edited: 'better', by: 'me' })
  await expect(start('rated', 'number-weight')).rejects.toThrow('set rated: 1 of 12 pairs have no number')
  const estimate = async () => home.runs.handlers['runs.estimate'](asked('half', { label_strength: 'number-weight' }))
  await expect(estimate()).rejects.toThrow('5 of 12 pairs have no number')
  const { set } = await bring('marked', [
    ...tinyPairs.map(({ prompt, chosen }) => ({ prompt, completion: chosen, label: true })),
    ...tinyPairs.map(({ prompt, rejected }) => ({ prompt, completion: rejected, label: false })),
  ])
  expect(set.answers).toEqual({ good: 12, bad: 12 })
  await expect(
    (async () =>
      home.runs.handlers['runs.start']({ ...asked('marked', { label_strength: 'number-weight' }), method: 'kto' }))(),
  ).rejects.toThrow('24 of 24 answers have no number')
  expect(home.context.store.runs.list()).toHaveLength(before)
})

test('a number below 0 is a margin and a soft label, but no weight; nor are zeros alone', async () => {
  await bring('mixed', [...rated.slice(1, 4), { ...tinyPairs[0]!, margin: -1 }].map(columns))
  await bring(
    'flat',
    tinyPairs.slice(0, 4).map((pair) => ({ ...pair, margin: 0 })),
  )
  const estimate = async (set: string, label_strength: string) =>
    home.runs.handlers['runs.estimate'](asked(set, { label_strength }))
  const advice = 'Set it to number-margin or number-soft-label, which can use them.'
  await expect(estimate('mixed', 'number-weight')).rejects.toThrow(
    `setting label_strength: 1 of 4 pairs have a number below 0, and no pair can weigh less than nothing. ${advice}`,
  )
  await expect(estimate('flat', 'number-weight')).rejects.toThrow('All numbers are 0, so no pair would weigh anything')
  for (const set of ['mixed', 'flat'])
    for (const use of ['number-margin', 'number-soft-label']) expect((await estimate(set, use)).trainPairs).toBe(4)
})

const columns = ({ margin, score_chosen, score_rejected, ...texts }: { [name: string]: unknown; margin?: number }) => ({
  ...texts,
  margin: margin ?? Number(score_chosen) - Number(score_rejected),
})
const firstOf = (set: string): PairId =>
  home.context.store.sets.freeze(home.context.store.sets.byName(set)!.id).pairs[0]!.id
