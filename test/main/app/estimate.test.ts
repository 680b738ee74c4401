// What a run will need: steps as the recipe plans them, parameters as it counts them, memory near what was measured.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parseSettings, type Model, type SettingValues } from '#contract'
import { dpoSettings, trainedShapes } from '#ml'
import { plannedRun } from '../../../src/main/app/estimate.ts'
import { memoryNeeded, trainableParameters } from '../../../src/main/app/memory.ts'
import { openModel } from '../../../src/main/trainer/model-files.ts'
import { addModel } from '../../../src/main/app/models.ts'
import { unitTokens } from '../../../src/main/app/unit-tokens.ts'
import { fixture, openRunHome, over, request, tinySettings, type RunHome } from './run-home.ts'

let home: RunHome
beforeAll(async () => void (home = await openRunHome()))
afterAll(() => home.close())

const settingsOf = (given: SettingValues) => parseSettings('dpo', given)

test('steps and pairs are those that the recipe then plans', async () => {
  const { steps: _, ...rest } = tinySettings
  const variants: SettingValues[] = [{ epochs: 1.5 }, { epochs: 1, accumulation: 2, heldout_pairs: 0 }]
  for (const more of variants) {
    const asked = request({ ...rest, ...more })
    const estimate = await home.runs.handlers['runs.estimate'](asked)
    const run = await home.runs.handlers['runs.start'](asked)
    const ended = await home.until(run.id, ...over)
    expect([ended.status, ended.steps, ended.step]).toEqual(['finished', estimate.steps, estimate.steps])
  }
  expect(plannedRun(12, settingsOf({ heldout_pairs: 32 }))).toMatchObject({ trainPairs: 10, heldoutPairs: 2, steps: 3 })
  expect(plannedRun(100, settingsOf({ steps: 7 }))).toMatchObject({ trainPairs: 80, heldoutPairs: 20, steps: 7 })
})

test('trained parameters are counted as the trainer counts them', async () => {
  await addModel(home.context, { name: 'gpt2', location: fixture('tiny-gpt2'), source: 'fixture' })
  const told = async (location: string, settings: SettingValues) => {
    const { config } = (await openModel(location)).checkpoint
    const shapes = Object.values(trainedShapes(config, dpoSettings(settingsOf(settings))))
    return shapes.reduce((sum, shape) => sum + shape.reduce((size, side) => size * side, 1), 0)
  }
  const adapters: [name: string, SettingValues][] = [
    ['tiny', { lora_rank: 4 }],
    ['tiny', { lora_rank: 2, lora_targets: ['q_proj', 'v_proj'] }],
    ['tiny', { tuning: 'full' }],
    ['gpt2', { lora_rank: 4 }],
    ['gpt2', { lora_rank: 2, lora_targets: ['c_proj'] }],
    ['gpt2', { tuning: 'full' }],
  ]
  for (const [name, settings] of adapters) {
    const model = home.context.store.models.byName(name)!
    expect(trainableParameters(model, settingsOf(settings))).toBe(await told(model.location, settings))
  }
})

/** Peaks of whole training jobs of 3 steps as graphs in float32, the trainer's peak resident set, bytes; LoRA is r 8 on all layers. */
const measured: [model: 'smol' | 'starter', SettingValues, recompute: boolean, peak: number][] = [
  ['smol', { batch_pairs: 1 }, true, 2.11e9], // the first 60 GSM8K pairs, without probes and samples
  ['smol', { batch_pairs: 4 }, true, 2.68e9],
  ['smol', { batch_pairs: 8 }, true, 3.34e9],
  ['smol', { batch_pairs: 1, tuning: 'full' }, true, 4.51e9],
  ['smol', { batch_pairs: 4, tuning: 'full' }, true, 4.99e9],
  ['smol', { batch_pairs: 1 }, false, 3.04e9],
  ['smol', { batch_pairs: 4 }, false, 4.33e9],
  ['starter', {}, true, 0.647e9], // the sample, probes and samples as they are by default
  ['starter', { tuning: 'full' }, true, 0.644e9],
  ['starter', { batch_pairs: 32 }, true, 0.834e9],
  ['starter', {}, false, 0.662e9],
  ['starter', { tuning: 'full' }, false, 0.672e9],
  ['starter', { batch_pairs: 32 }, false, 1.115e9],
]
const measuredTokens = {
  smol: { mean: 219, long: 334, prompt: 157, response: 137 },
  starter: { mean: 126, long: 162, prompt: 70, response: 46 },
}

test('memory is near the peaks that were measured', () => {
  const llama = { family: 'llama', context: 8192 } as const
  const smol = { ...llama, layers: 30, D: 576, heads: 9, kvHeads: 3, headDim: 64, F: 1536, V: 49152 }
  const starter = { ...llama, layers: 6, D: 144, heads: 6, kvHeads: 2, headDim: 24, F: 384, V: 257 }
  const models = {
    smol: { ...smol, parameters: 134_515_008 } as Model,
    starter: { ...starter, parameters: 1_430_000 } as Model,
  }
  for (const [model, settings, recompute, peak] of measured) {
    const unitTokens = measuredTokens[model]
    const ratio = memoryNeeded(models[model], settingsOf(settings), { unitTokens, recompute }) / peak
    expect(ratio, `${model} ${JSON.stringify(settings)} ${recompute}`).toBeGreaterThan(0.85)
    expect(ratio, `${model} ${JSON.stringify(settings)} ${recompute}`).toBeLessThan(1.15)
  }
  // PPO of docs/methods.md, 32 prompts with 4 answers of up to 48 tokens, two seeds of 80 steps: 1.53 and 1.54 GB.
  const own = { unitTokens: { mean: 148, long: 165, prompt: 69, response: 48 }, recompute: false }
  const ratio = memoryNeeded(models.starter, settingsOf({ batch_pairs: 32, accumulation: 2 }), own) / 1.535e9
  expect(ratio).toBeGreaterThan(0.8)
  expect(ratio).toBeLessThan(1.2)
})

test('a batch grows by typical pairs, and by the long ones less than by each', () => {
  const llama = { family: 'llama', context: 8192, layers: 30, D: 576, heads: 9, kvHeads: 3, headDim: 64, F: 1536 }
  const model = { ...llama, V: 49152, parameters: 134_515_008 } as Model
  const needed = (batch_pairs: number, long: number) =>
    memoryNeeded(model, settingsOf({ batch_pairs }), {
      unitTokens: { mean: 200, long, prompt: 100, response: 50 },
      recompute: false,
    })
  const even = needed(16, 200) - needed(1, 200)
  const spread = needed(16, 400) - needed(1, 400)
  expect(spread).toBeGreaterThan(even)
  // 15 typical pairs more, and three times the 200 tokens that a long one has beyond: as if 18 and not 30.
  expect(spread / even).toBeCloseTo(18 / 15, 1)
})

test('lengths of pairs are told from their texts, the prompt counted once', () => {
  const pair = (length: number) => ({ prompt: 'p'.repeat(30), chosen: 'c'.repeat(length), rejected: 'r'.repeat(60) })
  const pairs = Array.from({ length: 100 }, (_, i) => pair(i < 90 ? 60 : 360))
  expect(unitTokens(pairs, { V: 49152 }, {})).toEqual({ mean: 60, long: 150, prompt: 10, response: 120 })
  expect(unitTokens(pairs, { V: 257 }, {}).mean).toBe(180)
  const turns = [{ role: 'user' as const, content: 'p'.repeat(30) }]
  expect(unitTokens([{ ...pair(60), prompt: turns }], { V: 49152 }, {}).mean).toBe(50)
  expect(unitTokens([], { V: 49152 }, {})).toEqual({ mean: 0, long: 0, prompt: 0, response: 0 })
})

test('a run that learns from its own answers is as long as these may be, two to a prompt', () => {
  const pair = { prompt: 'p'.repeat(57), chosen: 'c'.repeat(20), rejected: '' }
  expect(unitTokens([pair], { V: 257 }, { response_tokens: 48 })).toEqual({
    ...{ mean: 153, long: 153, prompt: 57, response: 48 },
  })
})

test('time comes from former runs of the model, and warnings say what is unusual', async () => {
  const former = home.context.store.runs.list().find((run) => run.model.name === 'tiny' && run.throughput)!
  const estimate = await home.runs.handlers['runs.estimate'](request({ ...tinySettings, learning_rate: 0.5 }))
  expect(estimate.secondsFrom).toMatch(/^the pace of /)
  // 12 steps of 2 pairs; 16 pairs' worth of reference pass (10 + 2 + half of 8), 3 scorings of 10 (4 + 2 + half of 8) probes.
  expect(estimate.seconds).toBeCloseTo((24 + 0.3 * (16 + 3 * 10)) / former.throughput!.pairsPerSecond, 3)
  expect(estimate.warnings).toEqual([
    '10 training pairs are few: expect it to learn them by heart rather than what they have in common.',
    'Learning rate 0.5 is outside the usual range of 0.000001 to 0.001.',
  ])
  await addModel(home.context, { name: 'unknown', location: fixture('tiny-qwen2'), source: 'fixture' })
  const first = await home.runs.handlers['runs.estimate']({ ...request(), model: 'unknown' })
  expect([first.seconds, first.secondsFrom]).toEqual([
    null,
    'this machine has not trained this model yet: the first steps will tell',
  ])
})
