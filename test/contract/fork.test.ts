// What a fork asks for: what its parent was asked for, with the change, and nothing that its method does not read.
import { expect, test } from 'vitest'
import { forkRequest, parseSettings, type MethodName, type Run, type RunId, type SettingValues } from '#contract'

const run = (method: MethodName, settings: SettingValues) =>
  ({
    ...{ id: 5 as RunId, method, seed: 3, steps: 40 },
    ...{ model: { id: 1, name: 'starter' }, set: { id: 1, name: 'sample', pairs: 9 } },
    settings: parseSettings(method, settings) as SettingValues,
  }) as unknown as Run

test('from the model: its settings that are not the defaults, with the change over them', () => {
  expect(forkRequest(run('dpo', { learning_rate: 1e-3, beta: 0.5 }), { change: { beta: 0.1 } })).toEqual({
    ...{ model: 'starter', set: 'sample', method: 'dpo', seed: 3, name: null, parent: 5, from: null },
    settings: { learning_rate: 1e-3 },
  })
})

test('from a checkpoint: the steps that were left, unless told otherwise, or none are', () => {
  const parent = run('dpo', { epochs: 2 })
  expect(forkRequest(parent, { step: 24 })).toMatchObject({
    ...{ from: { run: 5, step: 24 }, parent: 5, settings: { epochs: 2, steps: 16 } },
  })
  expect(forkRequest(parent, { step: 24, change: { steps: 7 } }).settings.steps).toBe(7)
  expect(forkRequest(parent, { step: 40 }).settings).toEqual({ epochs: 2 })
})

test('another method takes what it reads, and settings that hang on another go with it', () => {
  const parent = run('dpo', { beta: 0.3, divergence: 'alpha', divergence_alpha: 0.7 })
  const plain = forkRequest(parent, { change: { divergence: 'reverse_kl' } })
  expect(plain.settings).toEqual({ beta: 0.3 })
  const other = forkRequest(parent, { method: 'sft-dpo' })
  expect(() => parseSettings(other.method, other.settings)).not.toThrow()
  expect(other.settings).toMatchObject({ beta: 0.3 })
  const full = run('dpo', { tuning: 'lora', lora_rank: 4 })
  expect(forkRequest(full, { change: { tuning: 'full' } }).settings).toEqual({ tuning: 'full' })
})
