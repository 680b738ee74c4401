import { describe, expect, test } from 'vitest'
import {
  MethodName,
  parseSettings,
  ProblemError,
  samplePreset,
  settingFromText,
  settingOf,
  settings,
  settingsRead,
} from '#contract'

const refusalOf = (run: () => unknown) => {
  try {
    run()
  } catch (thrown) {
    if (thrown instanceof ProblemError) return thrown
    throw thrown
  }
  throw new Error('nothing was refused')
}
const problemOfParse = (given: Record<string, unknown>) => refusalOf(() => parseSettings('dpo', given)).problem

test.each(MethodName.options)('every default that %s reads lies in its own range', (method) => {
  const read = settingsRead(method, {}).map((key) => settingOf(key)!)
  const given = read.filter(({ when }) => !when || when.is.includes(String(settingOf(when.key)?.default)))
  const defaults = Object.fromEntries(given.map(({ key, default: value }) => [key, value]))
  expect(parseSettings(method, defaults)).toEqual(parseSettings(method, {}))
  expect(Object.keys(parseSettings(method, {})).toSorted()).toEqual(read.map(({ key }) => key).toSorted())
})

test.each([
  ['dpo', { beta_minus: 0.05 }, 'setting beta_minus', 'DPO does not read this setting'],
  ['flex-dpo', { beta: 0.1 }, 'setting beta', 'Flex-DPO does not read this setting'],
  ['ppo', { kl_target: 3 }, 'setting kl_target', 'Not read when kl_control is fixed'],
  ['ppo', { kl_control: 'adaptive', kl_coef: 0 }, 'setting kl_coef', 'A KL weight of 0 stays 0 whatever its control'],
  ['dpo', { divergence_alpha: 0.5 }, 'setting divergence_alpha', 'Not read when divergence is reverse_kl'],
  ['kto', { batch_pairs: 1 }, 'setting batch_pairs', 'KTO needs at least 2'],
  ['tr-dpo', { tuning: 'full' }, 'setting tuning', 'TR-DPO needs lora: its moving reference is a second adapter'],
  [
    'tr-dpo',
    { reference_update: 'hard', reference_share: 0.5 },
    'setting reference_share',
    'Not read when reference_update',
  ],
  [
    'ipo',
    { label_strength: 'margin' },
    'setting label_strength',
    'The loss of IPO cannot use the strength of labels as',
  ],
  [
    'hinge',
    { label_strength: 'soft-label' },
    'setting label_strength',
    'cannot use the strength of labels as soft-label',
  ],
  ['ipo', { label_strength: 'number-margin' }, 'setting label_strength', 'The loss of IPO cannot use the strength of'],
  ['aot', { label_strength: 'number-weight' }, 'setting label_strength', 'AOT does not read this setting'],
  [
    'dpo',
    { label_strength: 'number-weight', number_scale: 2 },
    'setting number_scale',
    'Not read when label_strength is',
  ],
  [
    'dpo',
    { label_strength: 'margin', number_scale: 2 },
    'setting number_scale',
    'Not read when label_strength is margin',
  ],
  ['dpo', { label_strength: 'number-margin', strength_margin: 2 }, 'setting strength_margin', 'Not read when'],
  [
    'dpo',
    { label_strength: 'number-soft-label', label_smoothing: 0.1 },
    'setting label_smoothing',
    'With label_strength number-soft-label each label has a smoothing of its own',
  ],
  ['aot', { label_strength: 'weight' }, 'setting label_strength', 'AOT does not read this setting'],
  ['grpo', { label_strength: 'weight' }, 'setting label_strength', 'GRPO does not read this setting'],
  [
    'weighted-sum',
    { terms: ['dpo*1', 'nca*1'], label_strength: 'margin' },
    'setting label_strength',
    'The loss of NCA cannot use the strength of labels as margin',
  ],
  [
    'weighted-sum',
    { terms: ['dpo*1', 'aot*1'], label_strength: 'weight' },
    'setting label_strength',
    'The loss of AOT cannot use the strength of labels as weight',
  ],
  ['dpo', { strength_margin: 2 }, 'setting strength_margin', 'Not read when label_strength is ignore'],
  [
    'dpo',
    { label_strength: 'soft-label', label_smoothing: 0.1 },
    'setting label_smoothing',
    'each label has a smoothing of its own',
  ],
  [
    'exo',
    { label_strength: 'soft-label', exo_epsilon: 0.1 },
    'setting exo_epsilon',
    'each label has a smoothing of its own',
  ],
  ['simpo', { simpo_beta: 0 }, 'setting simpo_beta', 'out of range'],
] as const)('%s refuses %o', (method, given, where, message) => {
  const { problem } = refusalOf(() => parseSettings(method, given))
  expect([problem.where, problem.message]).toEqual([where, expect.stringContaining(message)])
})

test('what a method can make of the strength of labels it takes, a reward model too', () => {
  const given = { label_strength: 'margin', strength_margin: 0.5 }
  expect(parseSettings('reward-model', given)).toMatchObject(given)
  const sum = { terms: ['dpo*1', 'simpo*1'], label_strength: 'soft-label' }
  expect(parseSettings('weighted-sum', sum)).toMatchObject({ label_strength: 'soft-label', label_confidence: 0.9 })
  expect(parseSettings('dpo', { label_strength: 'weight', label_smoothing: 0.1 }).strength_weight).toBe(2)
  for (const label_strength of ['number-margin', 'number-soft-label'])
    expect(parseSettings('reward-model', { label_strength, number_scale: 0.5 }).number_scale).toBe(0.5)
  expect(parseSettings('ipo', { label_strength: 'number-weight' }).label_strength).toBe('number-weight')
})

test('keys are unique, and each is read by some method', () => {
  const keys = settings.map(({ key }) => key)
  expect(new Set(keys).size).toBe(keys.length)
  const read = new Set(MethodName.options.flatMap((name) => settingsRead(name, {})))
  expect(keys.filter((key) => !read.has(key))).toEqual([])
})

test('usual ranges lie inside the allowed ones', () => {
  for (const setting of settings) {
    if (!('usual' in setting)) continue
    expect(setting.usual[0], setting.key).toBeGreaterThanOrEqual(setting.min)
    expect(setting.usual[1], setting.key).toBeLessThanOrEqual(setting.max)
  }
})

describe('refusals name the setting', () => {
  test.each([
    [{ betta: 0.1 }, 'setting betta', 'no such setting'],
    [{ beta: 0 }, 'setting beta', 'out of range'],
    [{ beta: 'much' }, 'setting beta', 'Expected a number'],
    [{ batch_pairs: 2.5 }, 'setting batch_pairs', 'whole number'],
    [{ tuning: 'half' }, 'setting tuning', 'not a choice'],
    [{ tuning: 'full', lora_rank: 4 }, 'setting lora_rank', 'Not read when tuning is full'],
    [{ lora_targets: ['q_proj', 'nothing'] }, 'setting lora_targets', 'not a choice'],
    [{ lora_targets: [] }, 'setting lora_targets', 'not a choice'],
    [{ learning_rate: Number.NaN }, 'setting learning_rate', 'Expected a number'],
    [{ precision: 'float16' }, 'setting precision', 'not a choice'],
    [{ recompute: true }, 'setting recompute', 'not a choice'],
  ])('%o', (given, where, message) => {
    const problem = problemOfParse(given)
    expect(problem.where).toBe(where)
    expect(problem.message).toContain(message)
    expect(problem.code).toBe('bad-input')
  })
})

test('full tuning takes its settings without the adapter ones', () => {
  expect(parseSettings('dpo', { tuning: 'full', learning_rate: 1e-6 }).learning_rate).toBe(1e-6)
})

test('text from a command line becomes the kind of the setting', () => {
  expect(settingFromText('beta', '0.2')).toBe(0.2)
  expect(settingFromText('steps', '')).toBe(null)
  expect(settingFromText('lora_targets', 'q_proj+v_proj')).toEqual(['q_proj', 'v_proj'])
  expect(settingFromText('tuning', 'full')).toBe('full')
  expect(parseSettings('dpo', { precision: settingFromText('precision', 'bfloat16') }).precision).toBe('bfloat16')
})

test('the sample preset is a valid run', () => {
  expect(() => parseSettings(samplePreset.method, samplePreset.settings)).not.toThrow()
  expect(settingOf('beta')?.symbol).toBe('β')
})
