// Parameters of a checker as texts, there and back, by the listings of the checkers that ship.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  checkerOfSettings,
  parametersOfTexts,
  parseSettings,
  settingFromText,
  settingOf,
  textsOfParameters,
  type CheckerListing,
  type CheckerParameter,
  type SettingValue,
  type SettingValues,
} from '#contract'
import { checkers } from '../../src/main/trainer/jobs/checkers.ts'

const listings = await checkers()
const listed = (name: string) => listings.find((one) => one.name === name)!

test('a run may name every checker that ships, and no other', () => {
  const setting = settingOf('checker')
  expect(setting?.kind === 'choice' && setting.choices).toEqual(listings.map(({ name }) => name))
})

const valueOf = (parameter: CheckerParameter): fc.Arbitrary<SettingValue> => {
  switch (parameter.kind) {
    case 'integer':
      return parameter.optional ? fc.option(fc.integer()) : fc.integer()
    case 'choice':
      return fc.constantFrom(...parameter.choices)
    case 'switch':
      return fc.boolean()
    case 'text':
      return fc.string()
    case 'texts':
      return fc.array(fc.string(), { minLength: 1 })
  }
}

test('what is written as texts is read as it was, whatever the values hold', () => {
  const withValues = fc
    .constantFrom<CheckerListing>(...listings.filter(({ parameters }) => parameters.length > 0))
    .chain((listing) =>
      fc
        .record(Object.fromEntries(listing.parameters.map((one) => [one.key, valueOf(one)])), { requiredKeys: [] })
        .map((values) => ({ listing, values: { ...values } as SettingValues })),
    )
  fc.assert(
    fc.property(withValues, ({ listing, values }) => {
      expect(parametersOfTexts(listing, textsOfParameters(values))).toEqual(values)
    }),
  )
})

test('the checker of a run: with its parameters, without those of before there were any, none beside a reward model', () => {
  const given = { checker: 'length', checker_parameters: ['unit=lines', 'at_most='] }
  const full = { name: 'length', parameters: { unit: 'lines', at_most: null } }
  expect(checkerOfSettings(given, listings)).toEqual(full)
  expect(checkerOfSettings({ checker: 'exact-match' }, listings)).toEqual({ name: 'exact-match', parameters: {} })
  expect(checkerOfSettings({ ...given, reward_from: 'reward-model' }, listings)).toBe(null)
  expect(checkerOfSettings({ beta: 0.1 }, listings)).toBe(null)
  expect(() => checkerOfSettings({ checker: 'eval' }, listings)).toThrow('There is no such checker')
  expect(() => parametersOfTexts(listed('length'), ['__proto__=1'])).toThrow('no parameter "__proto__"')
})

test('as a setting they are texts key=value, of which a + is no seam', () => {
  expect(settingFromText('checker_parameters', 'required=a+b')).toEqual(['required=a+b'])
  expect(parseSettings('grpo', { checker: 'contains', checker_parameters: ['required=a+b'] })).toMatchObject({
    checker_parameters: ['required=a+b'],
  })
  for (const wrong of ['at_most', '=1', 5, ['a=1', null], Array.from({ length: 201 }, () => 'a=1')])
    expect(() => parseSettings('grpo', { checker_parameters: wrong })).toThrow('Expected at most 200 texts key=value')
  expect(() =>
    parseSettings('ppo', { reward_from: 'reward-model', reward_model: 'x', checker_parameters: ['a=1'] }),
  ).toThrow('Not read when reward_from is reward-model')
})
