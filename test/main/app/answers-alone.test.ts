// Answers alone from the store to a run and back, with the real trainer process.
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { PairId, RunId, SettingValues } from '#contract'
import { answerAsPair } from '../../../src/main/store/index.ts'
import { openRunHome, over, request, tinyPairs, tinySettings, type RunHome } from './run-home.ts'

let home: RunHome
beforeAll(async () => {
  home = await openRunHome()
  const origin = { kind: 'human' as const, writer: null, sampling: null }
  const filling = home.context.store.pairs.import('thumbs', { holds: 'answers' })
  filling.add(
    tinyPairs.flatMap(({ prompt, chosen, rejected }) =>
      [
        { mark: 'good' as const, text: chosen },
        { mark: 'bad' as const, text: rejected },
      ].map(({ mark, text }) => answerAsPair({ prompt, answer: { text, origin }, mark, extra: {} })),
    ),
  )
  filling.finish()
})
afterAll(() => home.close())

const start = (method: 'kto' | 'bco', settings: SettingValues = {}) =>
  home.runs.handlers['runs.start']({
    ...request({ ...tinySettings, probe_every: 1, checkpoint_every: 1, batch_pairs: 4, steps: 6, ...settings }),
    ...{ method, set: 'thumbs' },
  })
const losses = (run: RunId) => home.context.store.readings.list({ run, names: ['loss'] }).map(({ value }) => value)

test(
  'interrupted, a run goes on with the answers and marks it began with, to the numbers of an unbroken one',
  { timeout: 180_000 },
  async () => {
    const whole = await start('bco', { bco_shift: true })
    expect((await home.until(whole.id, ...over)).reason).toBe(null)
    expect(losses(whole.id)[0]).toBeCloseTo(Math.LN2, 5)

    const run = await start('bco', { bco_shift: true })
    await home.untilRead(run.id, 'loss', 2)
    home.port().kill()
    expect((await home.until(run.id, ...over)).status).toBe('interrupted')
    const { rows } = home.context.store.pairs.list({
      ...{ set: run.set.id, offset: 0, limit: 1 },
      filter: { text: '', label: null, order: 'id', direction: 'down', model: null },
    })
    const said = { pair: rows[0]!.id, strength: 1 as const, edited: null, by: 'me' }
    home.context.store.labels.add({ ...said, verdict: 'bad' })
    await home.runs.handlers['runs.resume']({ run: run.id })
    expect((await home.until(run.id, 'finished', 'failed')).reason).toBe(null)
    home.context.store.labels.add({ ...said, verdict: 'good' })
    losses(run.id).forEach((loss, i) => expect(loss).toBeCloseTo(losses(whole.id)[i]!, 5))
  },
)

test('a run tells of good and bad answers: probes with one side, sentences, tokens', async () => {
  const { id } = await start('kto')
  expect((await home.until(id, ...over)).reason).toBe(null)
  const shown = await home.runs.handlers['runs.show']({ run: id })
  expect(shown.run.alone).toBe(true)
  const own = shown.probes.filter(({ kind }) => kind === 'train' || kind === 'heldout')
  expect(own.length).toBeGreaterThan(2)
  for (const { chosen, rejected } of own) expect([chosen, rejected].filter((side) => side === null)).toHaveLength(1)
  const others = shown.probes.filter(({ kind }) => kind === 'other-rejected')
  expect(others).toHaveLength(1)
  expect(others[0]!.response).toMatch(/^maybe/)
  const sentences = shown.judgements.map(({ sentence }) => sentence).join(' ')
  expect(sentences).toMatch(/The bad answers .*The good answers /)
  expect(sentences).not.toMatch(/chosen|rejected|pairs/)

  const scores = await home.runs.handlers['runs.scores']({ run: id, after: -1 })
  expect(scores.filter(({ rejected }) => rejected !== null)).toEqual([])
  const bad = own.find(({ chosen }) => chosen === null)!
  const tokens = await home.runs.handlers['runs.tokens']({ run: id, pair: bad.pair as PairId })
  expect(tokens.chosen).toEqual([])
  expect(tokens.rejected.map(({ text }) => text).join('')).toContain(bad.rejected)
  const last = scores.findLast(({ index }) => index === bad.index)!
  const sum = tokens.rejected.reduce((total, { reference }) => total + (reference ?? NaN), 0)
  expect(sum).toBeCloseTo(last.chosen.reference, 3)
})

test('pairs have the readings that they always had', async () => {
  const run = await home.ended({ method: 'kto', settings: { ...tinySettings, steps: 2 } })
  expect([run.reason, run.alone]).toEqual([null, false])
  const names = new Set(home.context.store.readings.list({ run: run.id }).map(({ name }) => name))
  for (const name of ['rewards/accuracies', 'drop/train/fell_faster', 'degradation/train/share', 'geometry/pull'])
    expect(names, name).toContain(name)
  expect(names).not.toContain('probe/heldout/auc')
})
