// The lab's draft: what is read, what an address carries, what is wrong, and what a grid varies.
import { expect, test } from 'vitest'
import { toySettingOf, toyValueFromText } from '#contract'
import {
  draftFromText,
  draftProblems,
  draftText,
  shownSettings,
  variedValues,
  wholeIn,
  withValue,
} from '../../../../src/renderer/screens/toy/toy-draft.ts'

const setting = (key: string) => toySettingOf(key)!
const keysOf = (draft: Record<string, number | string>) =>
  shownSettings(draft).flatMap(({ settings }) => settings.map(({ key }) => key))

test('a method shows its own settings, and a table none of width', () => {
  expect(keysOf({})).toContain('beta')
  expect(keysOf({})).not.toContain('gamma')
  expect(keysOf({ method: 'ppo' })).toEqual(expect.arrayContaining(['kl_coef', 'reward_steps', 'ppo_passes']))
  expect(keysOf({ method: 'ppo' })).not.toContain('beta')
  expect(keysOf({ model: 'tabular' }).filter((key) => ['layers', 'width', 'fit', 'fit_rate'].includes(key))).toEqual([])
  expect(keysOf({ model: 'transformer' })).not.toContain('layers')
})

test('a setting back at its default leaves the draft, and so does one that is no longer read', () => {
  const wide = withValue({ scenario: '2' }, setting('width'), 32)
  expect(wide).toEqual({ scenario: '2', width: 32 })
  expect(withValue(wide, setting('width'), 128)).toEqual({ scenario: '2' })
  expect(withValue(wide, setting('model'), 'tabular')).toEqual({ scenario: '2', model: 'tabular' })
})

test('an address carries the draft and nothing strange', () => {
  const draft = { width: 32, method: 'sft' }
  expect(draftFromText(draftText(draft) ?? undefined)).toEqual(draft)
  expect(draftText({})).toBeNull()
  expect(draftFromText('{"width":[1],"nonsense":3,"beta":null,"steps":5}')).toEqual({ steps: 5 })
  for (const text of [undefined, '', '[]', '{', 'null']) expect(draftFromText(text)).toEqual({})
})

test('what is wrong is told by its setting', () => {
  expect(draftProblems({})).toEqual({})
  expect(draftProblems({ width: 'wide' })).toEqual({ width: 'Expected a number, got "wide"' })
  expect(draftProblems({ prompts: 7 }).responses).toMatch(/need more than 14/)
  expect(toyValueFromText('learning_rate', '1e-')).toBe('1e-')
  expect(toyValueFromText('learning_rate', ' 1e-3 ')).toBe(1e-3)
  expect(wholeIn('12', [1, 100])).toBe(12)
  for (const text of ['', '0', '101', '1.5', 'x']) expect(wholeIn(text, [1, 100])).toBeNull()
})

test('what is varied is checked value by value', () => {
  const one = (key: string, text: string) => variedValues([{ key, text }], {}, 5)
  expect(one('width', '8, 16')).toEqual({ vary: { width: [8, 16] }, problem: null })
  expect(one('', 'x')).toEqual({ vary: {}, problem: null })
  expect(one('width', ' ').problem).toMatch(/Give values of Width/)
  expect(one('model', 'mlp, mlpp').problem).toMatch(/^setting model: "mlpp" is not a choice/)
  // A table reads no width: it is left out there, and an MLP keeps it.
  expect(variedValues([{ key: 'model', text: 'tabular, mlp' }], { width: 16 }, 5).problem).toBeNull()
  const many = Array.from({ length: 201 }, (_, i) => i + 2).join()
  expect(one('width', many).problem).toBe(
    'vary: 1005 runs are more than the 1000 that a grid may be. Vary fewer values, or take fewer seeds.',
  )
  const twice = variedValues(
    [
      { key: 'width', text: '8' },
      { key: 'width', text: '9' },
    ],
    {},
    5,
  )
  expect(twice.problem).toBe('Width is varied twice')
})
