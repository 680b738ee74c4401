// The terms of a weighted sum: what is refused with one line, and which settings a run then reads.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseSettings, ProblemError, settingFromText, settingsRead, termNames, termsOf } from '#contract'

const problemOfTerms = (value: unknown) => {
  try {
    termsOf(value)
  } catch (thrown) {
    if (thrown instanceof ProblemError) return thrown.problem
    throw thrown
  }
  throw new Error('nothing was refused')
}

test('terms from a command line, normalised', () => {
  const terms = settingFromText('terms', 'dpo*0.80+sft*1e-1')
  expect(termsOf(terms)).toEqual([
    { name: 'dpo', weight: 0.8 },
    { name: 'sft', weight: 0.1 },
  ])
  expect(parseSettings('weighted-sum', { terms }).terms).toEqual(['dpo*0.8', 'sft*0.1'])
})

test.each([
  [['kpo*1'], 'There is no method "kpo"'],
  [['constructor*1'], 'There is no method "constructor"'],
  [['grpo*1'], 'GRPO cannot be a term: it does not learn from pairs'],
  [['tr-dpo*1'], 'TR-DPO cannot be a term: its reference moves'],
  [['weighted-sum*1'], 'Weighted sum cannot be a term: it is a sum itself'],
  [['dpo*0'], 'The weight of dpo must be above 0 and at most 1000, got "0"'],
  [['dpo*-1'], 'The weight of dpo must be above 0'],
  [['dpo*'], 'The weight of dpo must be above 0'],
  [['dpo*Infinity'], 'The weight of dpo must be above 0'],
  [['dpo'], '"dpo" is not a term'],
  [[7], '7 is not a term'],
  [[], 'A weighted sum has 1 to 8 terms, got 0'],
  [Array.from({ length: 9 }, () => 'dpo*1'), 'A weighted sum has 1 to 8 terms, got 9'],
  [['dpo*1', 'sft*1', 'dpo*2'], 'dpo is a term twice'],
])('%o is refused', (value, message) => {
  const problem = problemOfTerms(value)
  expect(problem.where).toBe('setting terms')
  expect(problem.message).toContain(message)
})

test('whatever is given, terms are taken or refused with one line', () => {
  const text = fc.oneof(
    fc.string(),
    fc.tuple(fc.constantFrom(...termNames), fc.double()).map((term) => term.join('*')),
  )
  fc.assert(
    fc.property(fc.oneof(fc.anything(), fc.array(text)), (value) => {
      try {
        for (const { weight } of termsOf(value)) expect(weight).toBeGreaterThan(0)
      } catch (thrown) {
        expect(thrown).toBeInstanceOf(ProblemError)
        expect((thrown as ProblemError).problem.message).not.toContain('\n')
      }
    }),
  )
})

test('a sum reads the settings of its terms, each once, and no others', () => {
  const read = (terms: string[]) => settingsRead('weighted-sum', { terms }).slice(0, 5)
  expect(read(['rpo*1', 'cpo*1', 'simpo*1'])).toEqual(['terms', 'beta', 'nll_weight', 'simpo_beta', 'simpo_gamma'])
  expect(parseSettings('weighted-sum', { terms: ['simpo*1'], simpo_beta: 3 }).simpo_beta).toBe(3)
  expect(() => parseSettings('weighted-sum', { terms: ['simpo*1'], beta: 1 })).toThrow('does not read this setting')
  expect(() => parseSettings('weighted-sum', { terms: ['dpo*1', 'kto*1'], batch_pairs: 1 })).toThrow(
    'KTO needs at least 2',
  )
})
