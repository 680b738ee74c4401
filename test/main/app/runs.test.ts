// Runs with the real trainer process: stop and resume, the queue, refusals in one line, readings written, removal.
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { RunId, Sequenced } from '#contract'
import { addModel } from '../../../src/main/app/models.ts'
import { fixture, openRunHome, over, request, tinyPairs, tinySettings, type RunHome } from './run-home.ts'

let home: RunHome
beforeAll(async () => void (home = await openRunHome()))
afterAll(() => home.close())

const start = async (settings = {}, more = {}) =>
  home.runs.handlers['runs.start']({ ...request({ ...tinySettings, ...settings }), ...more })
const reading = (run: RunId, name: string) =>
  home.context.store.readings.list({ run, names: [name] }).map(({ value }) => value)
const named = <N extends Sequenced['name']>(name: N) =>
  home.events.filter((event): event is Extract<Sequenced, { name: N }> => event.name === name)

test('a run tells everything: readings of all three properties, probes, samples, judgements, pace, provenance', async () => {
  const run = await start()
  expect(run.steps).toBe(12)
  const ended = await home.until(run.id, ...over)
  expect([ended.status, ended.step, ended.checkpoint]).toEqual(['finished', 12, 12])
  expect(reading(run.id, 'loss')[0]).toBeCloseTo(Math.log(2), 5)
  for (const name of ['drop/train/rejected', 'degradation/train/chosen', 'dispersion/other', 'dispersion/sampled'])
    expect(home.context.store.readings.list({ run: run.id, names: [name] }).map(({ step }) => step)).toEqual([
      0, 4, 8, 12,
    ])
  expect(home.context.store.readings.list({ run: run.id, names: ['geometry/pull'] }).map(({ step }) => step)).toEqual([
    0, 6, 12,
  ])
  for (const share of reading(run.id, 'pace/diagnostics_share')) {
    expect(share).toBeGreaterThan(0)
    expect(share).toBeLessThan(1)
  }
  const shown = await home.runs.handlers['runs.show']({ run: run.id })
  expect(shown.probes.map(({ kind }) => kind)).toEqual([
    ...['train', 'train', 'train', 'train', 'heldout', 'heldout', 'other', 'other'],
    ...['other-rejected', 'near-miss', 'shuffled', 'sampled', 'sampled', 'resampled'],
  ])
  expect(shown.samples.map(({ step }) => step)).toEqual([0, 6, 12])
  expect(shown.judgements.map(({ property }) => property)).toEqual(['drop', 'degradation', 'dispersion'])
  expect(shown.judgements.every(({ light }) => light !== 'waiting')).toBe(true)
  expect(ended.throughput?.pairsPerSecond).toBeGreaterThan(0)
  expect(ended.throughput?.peakMemory).toBeGreaterThan(1e8)
  expect(ended.provenance).toMatchObject({
    app: 'test',
    precision: 'float32',
    precisionWhy: expect.stringMatching(/^asked for$|graphs/),
    recompute: false,
  })
  expect(ended.provenance?.setVersionHash).toMatch(/^[0-9a-f]{64}$/)

  const told = named('runs.read').filter(({ data }) => data.run === run.id)
  // The share of time is told again after each measurement of a step.
  const once = new Set(told.flatMap(({ data }) => data.readings.map(({ step, name }) => `${step} ${name}`)))
  expect(once.size).toBe(home.context.store.readings.count(run.id))
  expect(named('runs.judged').some(({ data }) => data.run === run.id)).toBe(true)
})

test('stopped, a run writes a checkpoint and resumes to the numbers of an unbroken one', async () => {
  const whole = await start()
  await home.until(whole.id, ...over)
  const run = await start()
  await home.untilRead(run.id, 'loss', 5)
  expect((await home.runs.handlers['runs.stop']({ run: run.id })).status).toMatch(/stopping|stopped/)
  const stopped = await home.until(run.id, ...over)
  expect([stopped.status, stopped.reason]).toEqual(['stopped', null])
  expect(stopped.checkpoint).toBe(stopped.step)
  expect(stopped.step).toBeLessThan(12)
  await home.runs.handlers['runs.resume']({ run: run.id })
  expect((await home.until(run.id, 'finished', 'failed')).status).toBe('finished')
  for (const name of ['loss', 'dispersion/sampled', 'dispersion/kl_full', 'dispersion/kl_chosen'])
    for (const [i, value] of reading(run.id, name).entries())
      expect(Math.abs(value - reading(whole.id, name)[i]!)).toBeLessThan(1e-5)
})

test('training all weights resumes as well, from the log-probabilities that were kept at its start', async () => {
  const full = { ...tinySettings, tuning: 'full', learning_rate: 1e-4 } as Record<string, string | number>
  delete full.lora_rank
  delete full.lora_alpha
  const ask = () => home.runs.handlers['runs.start'](request(full))
  const whole = await ask()
  expect((await home.until(whole.id, ...over)).reason).toBe(null)
  const run = await ask()
  await home.untilRead(run.id, 'loss', 6)
  home.port().kill()
  expect((await home.until(run.id, ...over)).status).toBe('interrupted')
  await home.runs.handlers['runs.resume']({ run: run.id })
  expect((await home.until(run.id, 'finished', 'failed')).reason).toBe(null)
  for (const name of ['loss', 'drop/train/rejected', 'dispersion/sampled'])
    for (const [i, value] of reading(run.id, name).entries())
      expect(Math.abs(value - reading(whole.id, name)[i]!), name).toBeLessThan(1e-5)
})

test('runs wait for each other, and a waiting one can be stopped', async () => {
  const first = await start({ steps: 2 })
  const second = await start({ steps: 2 })
  const third = await start({ steps: 2 })
  expect([second.status, third.status]).toEqual(['queued', 'queued'])
  await home.runs.handlers['runs.stop']({ run: third.id })
  await home.until(second.id, 'finished', 'failed')
  expect(home.context.store.runs.show(first.id).status).toBe('finished')
  expect(home.context.store.runs.show(third.id)).toMatchObject({ status: 'stopped', step: 0 })
  expect(first.name).not.toBe(second.name)
})

test('pairs that do not fit are refused by name, or left out and noted', async () => {
  const long = { prompt: 'x'.repeat(90), chosen: 'y'.repeat(40), rejected: 'z' }
  const other = await openRunHome([...tinyPairs, long])
  try {
    const refused = await other.runs.handlers['runs.start'](request())
    const failed = await other.until(refused.id, ...over)
    expect(failed.status).toBe('failed')
    expect(failed.reason).toBe(
      '1 of 13 pairs do not fit the model: pair 13 (too long: prompt 90 + chosen 41 = 131 tokens, the limit is 128). ' +
        'Set too_long to leave-out to train without them, or choose a model with a longer context.',
    )
    const run = await other.runs.handlers['runs.start'](request({ ...tinySettings, steps: 2, too_long: 'leave-out' }))
    const ended = await other.until(run.id, ...over)
    expect([ended.status, ended.notes]).toEqual([
      'finished',
      '1 pair was left out: pair 13 (too long: prompt 90 + chosen 41 = 131 tokens, the limit is 128).',
    ])
  } finally {
    await other.close()
  }
})

test('a model whose files changed since it was added is refused', async () => {
  const location = join(mkdtempSync(join(tmpdir(), 'attune-')), 'model')
  cpSync(fixture('tiny-llama'), location, { recursive: true })
  await addModel(home.context, { name: 'changing', location, source: 'copy' })
  const reasonNow = async () => {
    const run = await start({}, { model: 'changing' })
    const failed = await home.until(run.id, ...over)
    expect([failed.status, failed.checkpoint]).toEqual(['failed', null])
    return failed.reason
  }
  const file = join(location, 'model.safetensors')
  const bytes = readFileSync(file)
  bytes[bytes.length - 1]! ^= 1
  writeFileSync(file, bytes)
  expect(await reasonNow()).toBe(
    `${location}: The model's weights changed since it was added. Add it again under another name.`,
  )
  truncateSync(file, 200_000)
  expect(await reasonNow()).toMatch(
    /model: model\.safetensors: tensor .* outside the .* bytes of data: cut off or damaged\.$/,
  )
  rmSync(location, { recursive: true })
  expect(await reasonNow()).toBe(`${location}: There is no such file or folder.`)
})

test('what cannot be started is refused in one line and leaves nothing behind', async () => {
  const before = home.context.store.runs.list().length
  const refusal = async (more: object) => start({}, more).then(String, (thrown: Error) => thrown.message)
  expect(await refusal({ model: 'nobody' })).toMatch(/^nobody: There is no model of this name\. There are: tiny/)
  expect(await refusal({ set: 'nothing' })).toMatch(
    /^nothing: There is no set of pairs of this name\. There are: pairs/,
  )
  expect(await refusal({ settings: { lora_rank: 0 } })).toMatch(/^setting lora_rank: 0 is out of range/)
  expect(await refusal({ parent: 999 })).toMatch(/^run 999: There is no such run/)
  home.context.store.sets.create('empty')
  expect(await refusal({ set: 'empty' })).toMatch(
    /^set empty: A run needs at least 2 pairs with a chosen answer, this set has 0/,
  )
  expect(home.context.store.runs.list()).toHaveLength(before)
})

test('readings are written as JSONL or CSV, notes are kept, and a run is removed with its folder', async () => {
  const run = await start({ steps: 2 })
  await home.until(run.id, ...over)
  const write = (name: string) => home.runs.handlers['runs.write-readings']({ run: run.id, to: join(home.home, name) })
  const { readings } = await write('readings.jsonl')
  expect(readings).toBe(home.context.store.readings.count(run.id))
  const lines = readFileSync(join(home.home, 'readings.jsonl'), 'utf8').trim().split('\n')
  expect(lines.map((line) => (JSON.parse(line) as { step: number }).step)).toEqual([0, 1, 2])
  await write('readings.csv')
  const [head, first] = readFileSync(join(home.home, 'readings.csv'), 'utf8').split('\n')
  expect(first!.split(',')[head!.split(',').indexOf('loss')]).toMatch(/^0\.693/)
  await expect(write('readings.txt')).rejects.toThrow(/Give a file name that ends in \.jsonl or \.csv/)

  const noted = await home.runs.handlers['runs.note']({ run: run.id, name: 'Renamed', notes: 'good' })
  expect([noted.name, noted.notes]).toEqual(['Renamed', 'good'])
  expect(existsSync(join(home.home, 'runs', String(run.id)))).toBe(true)
  await home.runs.handlers['runs.remove']({ run: run.id })
  expect(existsSync(join(home.home, 'runs', String(run.id)))).toBe(false)
  expect(() => home.context.store.runs.show(run.id)).toThrow(/no such run/)
})
