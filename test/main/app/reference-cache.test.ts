// Reference log-probabilities across runs: computed once for a text, a model and a precision, and never lent to another precision.
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { SettingValues } from '#contract'
import { openRunHome, over, request, tinySettings, type RunHome } from './run-home.ts'

let home: RunHome
beforeAll(async () => void (home = await openRunHome()))
afterAll(() => home.close())

/** Runs once; answers how many log-probabilities of the reference had to be computed, what it came to and what it was run in. */
async function train(settings: SettingValues, seed = 7) {
  const { references, readings } = home.context.store
  const { put } = references
  let computed = 0
  references.put = (key, entries) => {
    computed += entries.length
    put(key, entries)
  }
  try {
    const asked = { ...request({ ...tinySettings, steps: 4, ...settings }), seed }
    const run = await home.runs.handlers['runs.start'](asked)
    const ended = await home.until(run.id, ...over)
    const losses = readings.list({ run: run.id, names: ['loss'] }).map(({ value }) => value)
    return { computed, losses, ended }
  } finally {
    references.put = put
  }
}

test('a second run on the same pairs, model and precision does no reference pass', async () => {
  const first = await train({})
  expect(first.ended.reason).toBe(null)
  // 8 pairs in 4 steps and 2 held out, both sides; 2 answers of others, 2 samples, and one of each other kind of unseen response.
  expect(first.computed).toBe(2 * (8 + 2) + 2 + 2 + 4)
  const second = await train({})
  expect([second.ended.status, second.computed]).toEqual(['finished', 0])
  for (const [i, loss] of second.losses.entries()) expect(loss).toBeCloseTo(first.losses[i]!, 5)
  // Another seed has other probes: what is not known of them is computed, and nothing else.
  const { computed } = await train({}, 8)
  expect(computed).toBeGreaterThan(0)
  expect(computed).toBeLessThan(first.computed)
})

test('a run in bfloat16 takes no number of a float32 run, and a later one takes its own', async ({ skip }) => {
  const run = await train({ precision: 'bfloat16' })
  if (run.ended.provenance?.backend !== 'native graph') {
    expect(run.ended.reason).toMatch(
      /^setting precision: Products in bfloat16 need recorded graphs on native TensorFlow/,
    )
    skip('bfloat16 needs native TensorFlow')
  }
  expect([run.ended.reason, run.ended.provenance?.precision]).toEqual([null, 'bfloat16'])
  expect(run.computed).toBe(2 * (8 + 2) + 2 + 2 + 4)
  expect(run.losses[0]).toBeCloseTo(Math.log(2), 3)
  expect((await train({ precision: 'bfloat16' })).computed).toBe(0)
  expect((await train({})).computed).toBe(0)
})
