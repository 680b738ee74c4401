// The New run form as data: what is shown, what is sent, what is refused and where.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { MethodName, parseSettings, settingOf, settings, settingsRead, type Setting } from '#contract'
import {
  changedSettings,
  checkerIn,
  draftFromText,
  draftOf,
  draftProblems,
  numberTyped,
  settingNamed,
  shownSettings,
  withValue,
  type Draft,
} from '../../../../src/renderer/screens/new-run/draft.ts'

const setting = (key: string): Setting => {
  const found = settingOf(key)
  if (!found) throw new Error(`No setting ${key}`)
  return found
}
const keysShown = (draft: Draft) =>
  shownSettings('dpo', draft).flatMap(({ settings }) => settings.map(({ key }) => key))

test('every setting of some method is shown, and of each method what it reads under the defaults', () => {
  const shown = (method: MethodName, draft: Draft = {}) =>
    shownSettings(method, draft).flatMap(({ settings }) => settings.map(({ key }) => key))
  const all = new Set([
    ...MethodName.options.flatMap((method) => shown(method)),
    ...shown('dpo', { divergence: 'alpha' }),
    ...shown('dpo', { leave_out: 'by-measure' }),
    ...shown('ppo', { reward_from: 'reward-model', kl_control: 'adaptive' }),
    ...['margin', 'soft-label', 'weight', 'number-margin'].flatMap((use) => shown('dpo', { label_strength: use })),
  ])
  expect(all).toEqual(new Set(settings.map(({ key }) => key)))
  for (const method of MethodName.options)
    for (const key of shown(method)) expect(settingsRead(method, {}), method).toContain(key)
  expect(shown('flex-dpo').slice(0, 2)).toEqual(['beta_plus', 'beta_minus'])
})

test('only those uses of labels are offered that the method knows, and the one chosen, whose refusal is told', () => {
  const offered = (method: MethodName, draft: Draft = {}) =>
    shownSettings(method, draft)
      .flatMap(({ settings }) => settings)
      .flatMap((setting) => (setting.key === 'label_strength' && setting.kind === 'choice' ? setting.choices : []))
  const numbers = ['number-margin', 'number-soft-label', 'number-weight']
  expect(offered('dpo')).toEqual(['ignore', 'margin', 'soft-label', 'weight', ...numbers])
  const unsure = ['ignore', 'margin', 'weight', 'number-margin', 'number-weight']
  expect(offered('hinge')).toEqual(unsure)
  expect(offered('aot')).toEqual([])
  expect(offered('weighted-sum', { terms: ['dpo*1', 'hinge*1'] })).toEqual(unsure)
  expect(offered('ipo', { label_strength: 'margin' })).toEqual(['ignore', 'margin', 'weight', 'number-weight'])
  expect(draftProblems('ipo', { label_strength: 'margin' }).label_strength).toContain('cannot use the strength')
})

test('the scale of numbers is shown where numbers are scaled, and is checked under the use that stands', () => {
  const under = (label_strength: string) => keysShown({ label_strength }).includes('number_scale')
  const uses = ['margin', 'number-margin', 'number-soft-label', 'number-weight']
  expect(uses.map(under)).toEqual([false, true, true, false])
  const draft = { label_strength: 'number-soft-label', number_scale: 0.5 }
  expect(changedSettings('sppo', draft)).toEqual(draft)
  // SPPO knows soft labels and no margin: its scale is not checked as if it were one.
  expect(draftProblems('sppo', draft)).toEqual({})
  expect(draftProblems('dpo', { ...draft, number_scale: -1 }).number_scale).toContain('out of range')
})

test('another checker forgets the parameters of the one before', () => {
  const named = withValue({}, setting('checker'), 'length')
  const draft = withValue(named, setting('checker_parameters'), ['at_most=20'])
  expect(changedSettings('grpo', draft)).toEqual({ checker: 'length', checker_parameters: ['at_most=20'] })
  expect([checkerIn(draft, 'checker'), checkerIn({}, 'checker')]).toEqual(['length', 'arithmetic-answer'])
  expect(withValue(draft, setting('group_size'), 4)).toMatchObject({ checker_parameters: ['at_most=20'] })
  expect(withValue(draft, setting('checker'), 'contains')).toEqual({ checker: 'contains' })
})

test('full fine-tuning hides the adapter and does not send what was typed there', () => {
  const draft = withValue(withValue({}, setting('lora_rank'), 16), setting('tuning'), 'full')
  expect(keysShown(draft).filter((key) => key.startsWith('lora'))).toEqual([])
  expect(changedSettings('dpo', draft)).toEqual({ tuning: 'full' })
  expect(changedSettings('dpo', withValue(draft, setting('tuning'), 'lora'))).toEqual({ lora_rank: 16 })
})

test('a value set back to its default is not sent', () => {
  const changed = withValue({}, setting('lora_targets'), ['q_proj'])
  expect(changed).toEqual({ lora_targets: ['q_proj'] })
  expect(withValue(changed, setting('lora_targets'), ['all'])).toEqual({})
})

test('numbers are read as typed, and what is no number is named at its field', () => {
  expect(numberTyped(setting('learning_rate'), ' 3e-4 ')).toBe(3e-4)
  expect(numberTyped(setting('steps'), '')).toBeNull()
  expect(numberTyped(setting('beta'), '')).toBe('')
  const draft = { beta: numberTyped(setting('beta'), '0,1'), lora_rank: 2.5, epochs: -1, steps: 10 }
  const problems = draftProblems('dpo', draft)
  expect(Object.keys(problems).sort()).toEqual(['beta', 'epochs', 'lora_rank'])
  expect(problems.beta).toContain('Expected a number')
  expect(problems.lora_rank).toContain('whole number')
  expect(problems.epochs).toContain('out of range')
})

test('a refusal of the app finds its field', () => {
  expect(settingNamed('setting batch_pairs')).toBe('batch_pairs')
  expect(settingNamed('settings.beta')).toBe('beta')
  expect(settingNamed('pair 12')).toBeNull()
  expect(settingNamed(undefined)).toBeNull()
})

test('an address carries settings over; strange text and strange keys carry nothing', () => {
  expect(draftFromText('{"beta":0.2,"nonsense":1,"lora_rank":8}')).toEqual({ beta: 0.2 })
  fc.assert(fc.property(fc.string(), (text) => void draftFromText(text)))
  expect(draftFromText('[1]')).toEqual({})
})

test('settings as used come back to the same request', () => {
  const used = parseSettings('dpo', { beta: 0.3, lora_rank: 32, steps: 20 })
  const draft = draftOf(Object.fromEntries(Object.entries(used).map(([key, value]) => [key, value as number])))
  expect(draft).toEqual({ beta: 0.3, lora_rank: 32, steps: 20 })
  expect(parseSettings('dpo', changedSettings('dpo', draft))).toEqual(used)
})

test('a weighted sum shows and sends the settings of its terms, and while the terms are wrong only that is said', () => {
  const draft = { terms: ['simpo*1', 'sft*0.5'], simpo_beta: 3, beta: 0.2 }
  const shown = shownSettings('weighted-sum', draft)[0]!.settings.map(({ key }) => key)
  expect(shown).toEqual(['terms', 'simpo_beta', 'simpo_gamma', 'label_strength'])
  expect(changedSettings('weighted-sum', draft)).toEqual({ terms: ['simpo*1', 'sft*0.5'], simpo_beta: 3 })
  expect(draftProblems('weighted-sum', draft)).toEqual({})
  expect(draftProblems('weighted-sum', { ...draft, simpo_beta: -1 }).simpo_beta).toContain('out of range')
  const wrong = draftProblems('weighted-sum', { ...draft, terms: ['simpo*', 'sft*1'] })
  expect(Object.keys(wrong)).toEqual(['terms'])
  expect(wrong.terms).toContain('The weight of simpo must be above 0')
})
