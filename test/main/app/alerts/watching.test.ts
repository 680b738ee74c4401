// Alerts of a run as they are kept: raised once, ended once, whatever dies and resumes in between.
import { expect, test } from 'vitest'
import type { Alert, Reading, RunId, Sequenced } from '#contract'
import { keepRun } from '../../../../src/main/app/run-events.ts'
import { alertsOf } from '../../../../src/main/app/alerts/watching.ts'
import { openRunHome, over, request, tinySettings, type RunHome } from '../run-home.ts'

const alerted = (events: readonly Sequenced[], run: RunId): Alert[] =>
  events.flatMap((event) => (event.name === 'runs.alerted' && event.data.run === run ? [event.data] : []))
const brief = (alerts: readonly Alert[]) =>
  alerts.map(({ rule, level, raisedStep, clearedStep }) => [rule, level, raisedStep, clearedStep])

/** A run in the store that no trainer works on. */
async function storedRun(home: RunHome): Promise<RunId> {
  const run = await home.runs.handlers['runs.start'](request({ ...tinySettings, steps: 1 }))
  await home.until(run.id, ...over)
  return run.id
}
const keeperOf = (home: RunHome, run: RunId) =>
  keepRun(home.context, run, { model: home.context.store.models.byName('tiny')!, versionHash: '', recompute: false })
const kl = (step: number, value: number): Reading[] => [{ step, name: 'dispersion/kl', value }]

test('told as an event, kept, counted with the run, and not told again after a restart and a resume that repeats steps', async () => {
  const home = await openRunHome()
  const run = await storedRun(home)
  const hear = (keeper: ReturnType<typeof keeperOf>, values: [number, number][]) => {
    for (const [step, value] of values) keeper.hear({ name: 'read', data: { readings: kl(step, value) } })
    // As the queue does when a trainer is done: what waits would be told after the store has closed.
    keeper.flush()
  }
  hear(keeperOf(home, run), [
    [10, 0],
    [20, 9],
    [30, 9],
  ])
  expect(brief(alerted(home.events, run))).toEqual([['kl-spent', 'watch', 30, null]])
  expect(home.context.store.runs.show(run).alerts).toEqual({ watch: 1, alarm: 0 })
  const [before] = alertsOf(home.context.store, run)
  await home.leave()

  const again = await openRunHome(undefined, home.home)
  try {
    const { store } = again.context
    expect(alertsOf(store, run)).toEqual([before])
    // From the checkpoint of step 15 on, with numbers that differ in the last digits.
    hear(keeperOf(again, run), [
      [20, 9.000001],
      [30, 8.999999],
      [40, 30],
      [50, 30],
      [60, 1],
      [70, 1],
      [80, 0],
    ])
    expect(brief(alerted(again.events, run))).toEqual([
      ['kl-spent', 'alarm', 30, null],
      ['kl-spent', 'alarm', 30, 70],
    ])
    const [after, ...more] = alertsOf(store, run)
    expect(more).toEqual([])
    expect(after).toMatchObject({ raisedAt: before!.raisedAt, since: 20, clearedStep: 70 })
    expect(after!.clearedAt! >= after!.raisedAt).toBe(true)
    expect(store.runs.show(run).alerts).toEqual({ watch: 0, alarm: 0 })
    expect(await again.runs.handlers['runs.alerts']({ run })).toEqual([after])
    await again.runs.handlers['runs.remove']({ run })
    expect(store.alerts.list(run)).toEqual([])
  } finally {
    await again.close()
  }
}, 120_000)

test('a run that is killed and resumed has the alerts of an unbroken one', async () => {
  const home = await openRunHome()
  try {
    // A rate that ruins the tiny model within a few steps.
    const settings = { ...tinySettings, learning_rate: 0.3, probe_every: 1, checkpoint_every: 4 }
    const whole = await home.runs.handlers['runs.start'](request(settings))
    await home.until(whole.id, ...over)
    const expected = brief(alertsOf(home.context.store, whole.id))
    expect(expected.length).toBeGreaterThan(0)

    const run = await home.runs.handlers['runs.start'](request(settings))
    await home.untilRead(run.id, 'loss', 6)
    home.port().kill()
    expect((await home.until(run.id, ...over)).status).toBe('interrupted')
    await home.runs.handlers['runs.resume']({ run: run.id })
    expect((await home.until(run.id, 'finished', 'failed')).reason).toBe(null)
    expect(brief(alertsOf(home.context.store, run.id))).toEqual(expected)
    const raised = alerted(home.events, run.id).filter(
      ({ level, clearedStep }) => level === 'watch' && clearedStep === null,
    )
    expect(new Set(raised.map(({ rule, raisedStep }) => `${rule} ${raisedStep}`)).size).toBe(raised.length)
  } finally {
    await home.close()
  }
}, 240_000)
