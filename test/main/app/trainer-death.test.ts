// The trainer's death: what was measured stays, the run says why it ended, and goes on as if nothing had been.
import { expect, test } from 'vitest'
import { ProblemError, type Reading } from '#contract'
import { openRunHome, over, request } from './run-home.ts'

const losses = (readings: Reading[]) => readings.filter(({ name }) => name === 'loss').map(({ value }) => value)

test('killed in mid-run: nothing stored is lost, the run is interrupted and resumes to the same losses', async () => {
  const unbroken = await openRunHome()
  const whole = await unbroken.runs.handlers['runs.start'](request())
  const finished = await unbroken.until(whole.id, ...over)
  expect([finished.status, finished.reason, finished.step]).toEqual(['finished', null, 12])
  const expected = unbroken.context.store.readings.list({ run: whole.id })
  const answers = unbroken.context.store.samples.list(whole.id)
  await unbroken.close()

  const home = await openRunHome()
  try {
    const { store } = home.context
    const run = await home.runs.handlers['runs.start'](request())
    await home.untilRead(run.id, 'loss', 6)
    home.port().kill()
    const dead = await home.until(run.id, ...over)
    expect(dead.status).toBe('interrupted')
    expect(dead.reason).toMatch(/^The trainer process died\. It was killed by signal 9 \(SIGKILL\)/)
    const before = store.readings.list({ run: run.id })
    expect(losses(before).length).toBeGreaterThanOrEqual(7)
    expect(dead.checkpoint).toBeGreaterThanOrEqual(4)
    expect(home.context.trainer.state).toBe('down')

    await home.runs.handlers['runs.resume']({ run: run.id })
    const ended = await home.until(run.id, ...over)
    expect([ended.status, ended.reason, ended.step]).toEqual(['finished', null, 12])
    const after = store.readings.list({ run: run.id })
    const told = new Set(after.map(({ step, name }) => `${step} ${name}`))
    expect(before.every(({ step, name }) => told.has(`${step} ${name}`))).toBe(true)

    const timeless = (readings: Reading[]) => readings.filter(({ name }) => !name.startsWith('pace/'))
    expect(timeless(after).map(({ step, name }) => [step, name])).toEqual(
      timeless(expected).map(({ step, name }) => [step, name]),
    )
    for (const [i, { name, value }] of timeless(after).entries())
      expect(Math.abs(value - timeless(expected)[i]!.value), name).toBeLessThan(1e-5)
    expect(store.samples.list(run.id)).toEqual(answers)
  } finally {
    await home.close()
  }
})

test('killed before its first checkpoint, a run starts again from the beginning', async () => {
  const home = await openRunHome()
  try {
    const run = await home.runs.handlers['runs.start'](request())
    await home.untilRead(run.id, 'loss', 1)
    home.port().kill()
    const dead = await home.until(run.id, ...over)
    expect([dead.status, dead.checkpoint]).toEqual(['interrupted', null])
    await home.runs.handlers['runs.resume']({ run: run.id })
    expect((await home.until(run.id, 'finished', 'failed')).status).toBe('finished')
    expect(losses(home.context.store.readings.list({ run: run.id }))).toHaveLength(12)
  } finally {
    await home.close()
  }
})

test('when the store refuses a reading the run is stopped and says so, and the next run goes on', async () => {
  const home = await openRunHome()
  try {
    const { store } = home.context
    const { append } = store.readings
    store.readings.append = (run, readings) => {
      if (readings.some(({ step, name }) => step === 5 && name === 'loss'))
        throw new ProblemError({ code: 'unavailable', message: 'The disk is full; nothing of this change was kept' })
      append(run, readings)
    }
    const run = await home.runs.handlers['runs.start'](request())
    const failed = await home.until(run.id, ...over)
    expect([failed.status, failed.reason]).toEqual(['failed', 'The disk is full; nothing of this change was kept.'])
    expect(losses(store.readings.list({ run: run.id }))).toHaveLength(5)
    store.readings.append = append
    await home.runs.handlers['runs.resume']({ run: run.id })
    expect((await home.until(run.id, 'finished', 'failed')).reason).toBe(null)
    expect(losses(store.readings.list({ run: run.id }))).toHaveLength(12)
  } finally {
    await home.close()
  }
})

test('closing the app in mid-run leaves the run interrupted, and the next opening resumes it', async () => {
  const home = await openRunHome()
  const run = await home.runs.handlers['runs.start'](request())
  await home.untilRead(run.id, 'loss', 5)
  await home.leave()
  const again = await openRunHome([], home.home)
  try {
    const found = again.context.store.runs.show(run.id)
    expect([found.status, found.reason]).toEqual(['interrupted', 'Attune was closed while it ran.'])
    await again.runs.handlers['runs.resume']({ run: run.id })
    expect((await again.until(run.id, 'finished', 'failed')).reason).toBe(null)
    expect(losses(again.context.store.readings.list({ run: run.id }))).toHaveLength(12)
  } finally {
    await again.close()
  }
})
