// From a run's parsed settings to the recipe's.
import { expect, test } from 'vitest'
import { adapterSettings, dpoSettings, optimiserSettings } from '../../../src/ml/recipes/settings.ts'
import { parseSettings } from '../../../src/contract/parse-settings.ts'
import { configs } from '../../parity/tiny-models.ts'

test("every setting of the contract's defaults is understood", () => {
  const settings = dpoSettings(parseSettings('dpo', {}))
  expect(settings).toMatchObject({ tuning: 'lora', lora_targets: ['all'], schedule: 'linear', steps: null })
  expect(adapterSettings(configs['tiny-gpt2'], settings)).toEqual({
    rank: 8,
    alpha: 16,
    dropout: 0,
    targets: ['c_attn', 'c_proj', 'c_fc'],
  })
  expect(optimiserSettings(settings)).toEqual({
    beta1: 0.9,
    beta2: 0.999,
    epsilon: 1e-8,
    weightDecay: 0,
    maxGradNorm: 1,
  })
  expect(adapterSettings(configs['tiny-gpt2'], { ...settings, tuning: 'full' })).toBeNull()
})

test.each([
  ['batch_pairs', '4', 'Setting batch_pairs must be a number, got "4".'],
  ['tuning', 'half', 'Setting tuning must be one of lora, full, got "half".'],
  ['lora_targets', 'all', 'Setting lora_targets must be a list of layer names, got "all".'],
  ['steps', Infinity, 'Setting steps must be a number, got null.'],
])('%s = %s is refused', (key, value, message) => {
  expect(() => dpoSettings({ ...parseSettings('dpo', {}), [key]: value })).toThrow(message)
})
