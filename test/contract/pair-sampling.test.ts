import { expect, test } from 'vitest'
import { PairSampling, samplingSentence, type SamplingCounts } from '#contract'

const counts: SamplingCounts = {
  ...{ prompts: 120, answers: 456, pairs: 96, duplicates: 0 },
  ...{ noRoom: 6, pairless: 18, undecided: 0, unusable: 1, cut: 0 },
}

test('what came of it in one sentence, what did not happen left out', () => {
  const judge = { checker: { name: 'arithmetic-answer', parameters: {} } }
  expect(samplingSentence(counts, { judge, rule: { rule: 'best-worst' } })).toBe(
    '120 prompts, 456 answers, 96 pairs; 18 prompts had no two answers of different score; 6 prompts left no room for an answer; 1 answer was empty or no text.',
  )
  expect(samplingSentence({ ...counts, pairless: 1 }, { judge, rule: { rule: 'margin', least: 0.5 } })).toContain(
    '1 prompt had no two answers of scores at least 0.5 apart',
  )
  expect(samplingSentence({ ...counts, pairless: 2 }, { judge, rule: { rule: 'right-wrong' } })).toContain(
    '2 prompts had no two answers of which one was right and one wrong',
  )
  expect(samplingSentence(counts, { judge: 'hand', rule: { rule: 'all' } })).toContain(
    '18 prompts had no two answers of different text',
  )
})

test('a request needs who answers, which prompts, who judges and where to; the rest has defaults', () => {
  const least = { policy: { model: 'm' }, prompts: { set: 's' }, judge: 'hand', into: 'new' }
  expect(PairSampling.parse(least)).toEqual({
    ...least,
    ...{ limit: null, rule: { rule: 'best-worst' }, perPrompt: null },
    sampling: { answers: 4, temperature: 1, topP: 1, tokens: 128, seed: 0 },
  })
  for (const wrong of [
    { sampling: { answers: 1 } },
    { sampling: { temperature: 0 } },
    { rule: { rule: 'margin' } },
    { judge: 'nobody' },
    { into: '  ' },
    { policy: { model: 'm', run: 1 } },
  ])
    expect(PairSampling.safeParse({ ...least, ...wrong }).success, JSON.stringify(wrong)).toBe(false)
})
