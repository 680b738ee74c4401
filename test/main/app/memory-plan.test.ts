// Whether blocks are made again: as the setting says, and where it leaves that open by the memory there is.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parseSettings, type Model } from '#contract'
import { availableMemory, memoryPlan } from '../../../src/main/app/memory-plan.ts'
import { memoryNeeded } from '../../../src/main/app/memory.ts'
import { openRunHome, over, request, tinySettings, type RunHome } from './run-home.ts'

const model = {
  ...{ family: 'llama', context: 8192, layers: 30, D: 576, heads: 9, kvHeads: 3, headDim: 64, F: 1536, V: 49152 },
  parameters: 134_515_008,
} as Model
const unitTokens = { mean: 230, long: 320, prompt: 150, response: 130 }
const plan = (available: number, recompute: string) =>
  memoryPlan(model, parseSettings('dpo', { recompute }), { unitTokens, available })
const needed = (recompute: boolean) => memoryNeeded(model, parseSettings('dpo', {}), { unitTokens, recompute })

test('auto makes blocks again when what is kept would fill more than an eighth of what is available', () => {
  const [kept, again] = [needed(false), needed(true)]
  expect(again).toBeLessThan(0.8 * kept)
  expect(plan(kept * 8.1, 'auto')).toEqual({ recompute: false, memory: kept, otherwise: again })
  expect(plan(kept * 7.9, 'auto')).toEqual({ recompute: true, memory: again, otherwise: kept })
})

test('on and off are what they say, whatever the memory', () => {
  expect(plan(1e15, 'on')).toMatchObject({ recompute: true, memory: needed(true) })
  expect(plan(1, 'off')).toMatchObject({ recompute: false, memory: needed(false) })
})

test('this machine has some memory', () => expect(availableMemory()).toBeGreaterThan(1e8))

let home: RunHome
beforeAll(async () => void (home = await openRunHome()))
afterAll(() => home.close())

test('the estimate tells it, the run records it, and a resumed run keeps it', async () => {
  const ask = request({ ...tinySettings, recompute: 'on' })
  const estimate = await home.runs.handlers['runs.estimate'](ask)
  expect(estimate.recompute).toBe(true)
  expect(estimate.recomputeWhy).toMatch(
    /^Blocks are made again in the backward pass: needs \d\.\d GB instead of \d\.\d GB\.$/,
  )
  const kept = request({ ...tinySettings, recompute: 'off' })
  expect(await home.runs.handlers['runs.estimate'](kept)).toMatchObject({ recompute: false, recomputeWhy: null })

  const run = await home.runs.handlers['runs.start'](kept)
  await home.untilRead(run.id, 'loss', 5)
  await home.runs.handlers['runs.stop']({ run: run.id })
  const stopped = await home.until(run.id, ...over)
  expect(stopped.provenance).toMatchObject({ recompute: false, precision: 'float32' })
  // As if memory had been short when it began: the machine of today has plenty.
  home.context.store.runs.update(run.id, { provenance: { ...stopped.provenance!, recompute: true } })
  const asked: unknown[] = []
  const { ask: hand } = home.context.trainer
  home.context.trainer.ask = (name, input, options) => {
    asked.push('recompute' in input && input.recompute)
    return hand(name, input, options)
  }
  await home.runs.handlers['runs.resume']({ run: run.id })
  const ended = await home.until(run.id, 'finished', 'failed')
  expect([ended.reason, ended.provenance?.recompute, asked]).toEqual([null, true, [true]])
})
