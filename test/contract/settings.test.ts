import { describe, expect, test } from 'vitest'
import { methods, parseSettings, ProblemError, samplePreset, settingFromText, settingOf, settings } from '#contract'

const problemOfParse = (given: Record<string, unknown>) => {
  try {
    parseSettings('dpo', given)
  } catch (thrown) {
    if (thrown instanceof ProblemError) return thrown.problem
    throw thrown
  }
  throw new Error('nothing was refused')
}

test('every default lies in its own range', () => {
  const defaults = Object.fromEntries(settings.map(({ key, default: value }) => [key, value]))
  expect(parseSettings('dpo', defaults)).toEqual(parseSettings('dpo', {}))
})

test('keys are unique, and each is read by some method', () => {
  const keys = settings.map(({ key }) => key)
  expect(new Set(keys).size).toBe(keys.length)
  const read = new Set(Object.values(methods).flatMap(({ reads }) => reads))
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
