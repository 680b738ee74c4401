// Forks from a checkpoint with the real trainer process: they begin with their parent's weights against their parent's reference, go on
// without it, and are refused in one line where they cannot.
import { existsSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { forkRequest, type Run, type RunId, type RunRequest, type SettingValues } from '#contract'
import { fullSettings, openRunHome, over, request, tinySettings, type RunHome } from './run-home.ts'

// Each test is some runs of a real trainer.
vi.setConfig({ testTimeout: 480_000 })

let home: RunHome
let first: Run
beforeAll(async () => {
  home = await openRunHome()
  first = await home.ended({})
}, 120_000)
afterAll(() => home.close())

const forked = (parent: Run, step: number, change: SettingValues = {}) =>
  home.ended(forkRequest(parent, { step, change }))
/** Readings on probes at one step, the pace of training left out. */
const probed = (run: RunId, step: number) =>
  Object.fromEntries(
    home.context.store.readings
      .list({ run, after: step - 1 })
      .filter(({ step: at, name }) => at === step && /^(drop|degradation|dispersion|probe)\//.test(name))
      .map(({ name, value }) => [name, value]),
  )
const answersAt = (run: RunId, step: number) =>
  home.context.store.samples
    .list(run)
    .filter((sample) => sample.step === step)
    .map(({ text }) => text)

for (const [tuning, settings] of [
  ['lora', tinySettings],
  ['full', fullSettings],
] as const)
  test(`${tuning}: the first probe of a fork is its parent's probe at that step, and it learns from there`, async () => {
    const parent = tuning === 'lora' ? first : await home.ended({ settings })
    expect([parent.reason, parent.checkpoint]).toEqual([null, 12])
    const fork = await forked(parent, 8, { learning_rate: 1e-5, sample_every: 2 })
    expect([fork.reason, fork.status]).toEqual([null, 'finished'])
    expect([fork.parent, fork.parentStep, fork.steps]).toEqual([parent.id, 8, 4])
    const [begins, stood] = [probed(fork.id, 0), probed(parent.id, 8)]
    expect(Object.keys(begins)).toEqual(Object.keys(stood))
    expect(Math.abs(stood['drop/train/rejected']!)).toBeGreaterThan(1e-3)
    for (const [name, value] of Object.entries(stood)) expect(Math.abs(begins[name]! - value), name).toBeLessThan(1e-4)
    // Its probes are its parent's, and so is its reference: sampled answers and their log-probabilities are the same.
    expect(home.context.store.probes.list(fork.id)).toEqual(home.context.store.probes.list(parent.id))
    const references = (run: RunId) =>
      home.context.store.probes
        .scores(run)
        .filter(({ step }) => step === 0)
        .map(({ chosen }) => chosen.reference)
    expect(references(fork.id)).toEqual(references(parent.id))
    expect(probed(fork.id, 4)['drop/train/rejected']).not.toBe(begins['drop/train/rejected'])
    expect(answersAt(fork.id, 0)).not.toEqual([])
  })

test('a fork is resumed after a death, before its first checkpoint and after, when its parent is long gone', async () => {
  const parent = await home.ended({})
  const whole = await forked(first, 8, { steps: 12 })
  const fork = await home.runs.handlers['runs.start'](forkRequest(parent, { step: 8, change: { steps: 12 } }))
  await home.runs.handlers['runs.remove']({ run: parent.id })
  await home.untilRead(fork.id, 'loss', 1)
  home.port().kill()
  expect((await home.until(fork.id, ...over)).checkpoint).toBe(null)
  await home.runs.handlers['runs.resume']({ run: fork.id })
  await home.untilRead(fork.id, 'loss', 6)
  home.port().kill()
  expect((await home.until(fork.id, ...over)).checkpoint).not.toBe(null)
  await home.runs.handlers['runs.resume']({ run: fork.id })
  const last = await home.until(fork.id, 'finished', 'failed')
  expect([last.reason, last.parent, last.parentStep]).toEqual([null, null, 8])
  for (const step of [0, 4, 12])
    for (const [name, value] of Object.entries(probed(whole.id, step)))
      expect(Math.abs(probed(fork.id, step)[name]! - value), `${name} at ${step}`).toBeLessThan(1e-4)
})

test('a fork of a fork begins where that one was', async () => {
  const child = await forked(first, 8, { steps: 4 })
  const grandchild = await forked(child, 4, { steps: 2 })
  const [begins, stood] = [probed(grandchild.id, 0), probed(child.id, 4)]
  for (const [name, value] of Object.entries(stood)) expect(Math.abs(begins[name]! - value), name).toBeLessThan(1e-4)
})

test('what cannot begin there is refused in one line, before anything is loaded or stored', async () => {
  const parent = first
  const runs = () => home.context.store.runs.list().length
  const folders = () => readdirSync(join(home.home, 'runs')).length
  const before = [runs(), folders()]
  const refusal = async (more: Partial<RunRequest>, step = 8) => {
    try {
      return await home.runs.handlers['runs.start']({ ...forkRequest(parent, { step }), ...more })
    } catch (thrown) {
      return (thrown as Error).message
    }
  }
  expect(await refusal({}, 4)).toBe(`from: ${parent.name} keeps no checkpoint of step 4. It keeps 8 and 12.`)
  expect(await refusal({ settings: { ...tinySettings, lora_rank: 2 } })).toBe(
    'setting lora_rank: The checkpoint was trained with lora_rank 4, so it cannot go on with 2. Leave it as it was, or start from the model.',
  )
  expect(await refusal({ settings: { ...tinySettings, lora_targets: ['q_proj'] } })).toMatch(/^setting lora_targets: /)
  expect(await refusal({ settings: fullSettings })).toMatch(
    /^setting tuning: The checkpoint was trained with tuning lora/,
  )
  expect(await refusal({ method: 'reward-model', settings: {} })).toMatch(/^method: A reward model and a policy cannot/)
  expect(await refusal({ parent: 2 as RunId })).toMatch(/^from: A fork of run 2 cannot begin from run/)
  expect(await refusal({ from: { run: 999 as RunId, step: 8 } })).toMatch(/no such run|A fork of run/)
  rmSync(join(home.home, 'runs', String(parent.id), 'checkpoints', 'step-000008'), { recursive: true })
  expect(await refusal({})).toBe(`from: ${parent.name} keeps no checkpoint of step 8. It keeps 12.`)
  expect([runs(), folders()]).toEqual(before)
})

test('another loss may go on from there; a fork whose own copy is gone says so', async () => {
  const parent = first
  const sft = await home.ended(forkRequest(parent, { step: 12, method: 'sft-dpo', change: { steps: 2 } }))
  expect([sft.reason, sft.method]).toEqual([null, 'sft-dpo'])
  const waiting = await home.runs.handlers['runs.start']({ ...request(), name: 'first' })
  const fork = await home.runs.handlers['runs.start'](forkRequest(parent, { step: 12, change: { steps: 2 } }))
  const own = join(home.home, 'runs', String(fork.id), 'beginning')
  expect(existsSync(own)).toBe(true)
  rmSync(own, { recursive: true })
  await home.until(waiting.id, ...over)
  const failed = await home.until(fork.id, ...over)
  expect(failed.status).toBe('failed')
  expect(failed.reason).toMatch(/beginning.*trained\.safetensors/)
})
