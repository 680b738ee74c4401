// Probes of another set: chosen when the run starts, the same when it goes on or is forked, refused in one line.
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { RunId, SettingValues } from '#contract'
import { answerAsPair } from '../../../src/main/store/index.ts'
import { openRunHome, over, request, tinyPairs, tinySettings, type RunHome } from './run-home.ts'

let home: RunHome
beforeAll(async () => {
  home = await openRunHome()
  fill('stories', [
    ...Array.from({ length: 5 }, (_, i) => ({ prompt: `Tell of ${i}: `, chosen: `once ${i}`, rejected: 'no' })),
    // A prompt of the run's own, and one that does not fit.
    { prompt: tinyPairs[0]!.prompt, chosen: 'once more', rejected: 'no' },
    { prompt: 'x'.repeat(130), chosen: 'y', rejected: 'z' },
  ])
})
afterAll(() => home.close())

const origin = { kind: 'human' as const, writer: null, sampling: null }

function fill(name: string, pairs: readonly { prompt: string; chosen: string; rejected: string }[], given = true) {
  const filling = home.context.store.pairs.import(name)
  const rows = pairs.map(({ prompt, chosen, rejected }) => ({
    ...{ prompt, given, extra: {} },
    a: { text: chosen, origin },
    b: { text: rejected, origin },
  }))
  filling.add(rows)
  return filling.finish()
}

const asked = { ...tinySettings, probe_out_of_domain: 'stories', probe_out_of_domain_answers: 9 }
const start = async (settings: SettingValues, from: { run: RunId; step: number } | null = null) =>
  home.runs.handlers['runs.start']({ ...request(settings), from })
const strange = (run: RunId) => home.context.store.probes.list(run).filter(({ kind }) => kind === 'out-of-domain')
const reading = (run: RunId) => home.context.store.readings.list({ run, names: ['dispersion/out_of_domain'] })

test('its chosen answers are probed, and a stopped run measures the same when it goes on, whatever became of the set', async () => {
  const whole = await home.until((await start(asked)).id, ...over)
  expect(whole.reason).toBeNull()
  expect(whole.provenance?.outOfDomainHash).toMatch(/^[0-9a-f]{64}$/)
  expect(whole.provenance?.outOfDomainHash).not.toBe(whole.provenance?.setVersionHash)
  expect(
    strange(whole.id)
      .map(({ prompt, response, chosen }) => [prompt, response, chosen])
      .toSorted(),
  ).toEqual(Array.from({ length: 5 }, (_, i) => [`Tell of ${i}: `, `once ${i}`, null]))
  const curve = reading(whole.id)
  expect(curve.map(({ step }) => step)).toEqual([0, 4, 8, 12])
  expect(curve[0]!.value).toBe(0)
  expect(Math.abs(curve[3]!.value)).toBeGreaterThan(1e-4)

  const run = await start(asked)
  await home.untilRead(run.id, 'loss', 5)
  await home.runs.handlers['runs.stop']({ run: run.id })
  const stopped = await home.until(run.id, ...over)
  expect([stopped.status, stopped.step < 12]).toEqual(['stopped', true])
  const set = home.context.store.sets.byName('stories')!
  home.context.store.sets.remove(set.id)
  await home.runs.handlers['runs.resume']({ run: run.id })
  const ended = await home.until(run.id, 'finished', 'failed')
  expect([ended.reason, ended.provenance?.outOfDomainHash]).toEqual([null, whole.provenance?.outOfDomainHash])
  expect(strange(run.id)).toEqual(strange(whole.id))
  for (const [i, { value }] of reading(run.id).entries()) expect(Math.abs(value - curve[i]!.value)).toBeLessThan(1e-5)
})

test('a set that is gone, is trained on or has no chosen answer is refused before anything is stored', async () => {
  const runs = home.context.store.runs.list().length
  await expect(start({ ...asked, probe_out_of_domain: 'nowhere' })).rejects.toMatchObject({
    problem: { message: 'There is no set of pairs of this name', where: 'setting probe_out_of_domain' },
  })
  await expect(start({ ...asked, probe_out_of_domain: 'pairs' })).rejects.toMatchObject({
    problem: { message: 'pairs is the set that the run trains on, so its answers are not out of domain' },
  })
  fill('unlabelled', [{ prompt: 'p', chosen: 'c', rejected: 'r' }], false)
  await expect(start({ ...asked, probe_out_of_domain: 'unlabelled' })).rejects.toMatchObject({
    problem: { message: 'unlabelled has no pair with a chosen answer, so there is nothing to probe' },
  })
  const alone = home.context.store.pairs.import('alone', { holds: 'answers' })
  alone.add([answerAsPair({ prompt: 'p', answer: { text: 'bad', origin }, mark: 'bad', extra: {} })])
  alone.finish()
  await expect(start({ ...asked, probe_out_of_domain: 'alone' })).rejects.toMatchObject({
    problem: { message: 'alone holds answers alone, and out of domain the chosen answers of pairs are probed' },
  })
  expect(home.context.store.runs.list().length).toBe(runs)
})

test('where none is named nothing is told of it', async () => {
  const run = await home.until((await start({ ...tinySettings, steps: 1 })).id, ...over)
  expect([strange(run.id), reading(run.id), run.provenance?.outOfDomainHash]).toEqual([[], [], undefined])
})
