// Pairs out of scored answers: the three rules by hand, then what holds for any scores.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { buildPairs, openPairs, type PairBuilding, type ScoredAnswer } from '../../../src/ml/sampling/pair-building.ts'

const origin = { model: 'starter', temperature: 1 }
const answers = (...scores: (number | null)[]): ScoredAnswer<typeof origin>[] =>
  scores.map((score, i) => ({ text: `answer ${i}`, score, origin }))
const indices = (prompts: readonly ScoredAnswer<typeof origin>[][], options: PairBuilding) =>
  buildPairs(prompts, options).map(({ prompt, chosen, rejected }) => [prompt, chosen.answer, rejected.answer])

test('best against worst, with scores, indices and origin of both sides', () => {
  expect(buildPairs([answers(0.5, 1, 0.25)], { rule: 'best-worst', seed: 1 })).toEqual([
    {
      prompt: 0,
      chosen: { answer: 1, text: 'answer 1', score: 1, origin },
      rejected: { answer: 2, text: 'answer 2', score: 0.25, origin },
    },
  ])
})

test('right against wrong: a passed answer and any that is not, and no pair where none passed or all did', () => {
  const draws = Array.from(
    { length: 40 },
    (_, seed) => indices([answers(0.5, 1, 0, 1)], { rule: 'right-wrong', seed })[0],
  )
  expect(new Set(draws.map((pair) => pair!.join(' ')))).toEqual(new Set(['0 1 0', '0 1 2', '0 3 0', '0 3 2']))
  expect(indices([answers(0.9, 0.1), answers(1, 1)], { rule: 'right-wrong', seed: 1 })).toEqual([])
})

test('all pairs whose scores differ, and those that differ by a margin', () => {
  const three = [answers(0, 1, 0.5)]
  expect(indices(three, { rule: 'all', seed: 1 })).toEqual([
    [0, 1, 0],
    [0, 1, 2],
    [0, 2, 0],
  ])
  expect(indices(three, { rule: 'margin', least: 0.75, seed: 1 })).toEqual([[0, 1, 0]])
  expect(indices([answers(1, 0.9)], { rule: 'margin', least: 0.1, seed: 1 })).toEqual([[0, 0, 1]])
  expect(indices([answers(1, 0.9)], { rule: 'margin', least: 0.10001, seed: 1 })).toEqual([])
})

test('ties, answers that nobody could judge and single answers make no pair', () => {
  for (const rule of ['best-worst', 'right-wrong', 'all'] as const) {
    expect(
      indices([answers(1, 1, 1), answers(1), [], answers(1, null), answers(null, null)], { rule, seed: 1 }),
    ).toEqual([])
    expect(indices([answers(null, 1, 0)], { rule, seed: 1 })).toEqual([[0, 1, 2]])
  }
})

test('of answers with the same text only the first counts', () => {
  const same = [
    { text: 'a', score: 1, origin },
    { text: ' a\n', score: 1, origin },
    { text: 'b', score: 0, origin },
    { text: 'b', score: 0, origin },
    { text: 'a', score: 0, origin },
  ]
  expect(indices([same], { rule: 'all', seed: 1 })).toEqual([[0, 0, 2]])
  expect(indices([same], { rule: 'best-worst', seed: 1 })).toEqual([[0, 0, 2]])
})

test('among equals and beyond the cap the seed draws, each prompt for itself', () => {
  const equal = answers(1, 1, 1, 0, 0, 0)
  const draws = (seed: number) => indices(Array<typeof equal>(40).fill(equal), { rule: 'best-worst', seed })
  expect(draws(1)).toEqual(draws(1))
  expect(draws(1)).not.toEqual(draws(2))
  expect(new Set(draws(1).map(([, chosen, rejected]) => `${chosen} ${rejected}`)).size).toBe(9)
  const capped: PairBuilding = { rule: 'all', perPrompt: 4, seed: 5 }
  const many = indices([equal, equal], capped)
  expect(many.length).toBe(8)
  expect(many.filter(([prompt]) => prompt === 1)).toEqual(indices([[], equal], capped))
})

test('parts of a list draw as the whole would', () => {
  const equal = answers(1, 1, 1, 0, 0, 0)
  const all = Array<typeof equal>(10).fill(equal)
  const asked: PairBuilding = { rule: 'all', perPrompt: 2, seed: 3 }
  const part = (first: number, to: number) =>
    indices(all.slice(first, to), { ...asked, first }).map(([prompt, ...rest]) => [prompt! + first, ...rest])
  expect([...part(0, 3), ...part(3, 10)]).toEqual(indices(all, asked))
})

test('for a person every two answers of different text, or as many as the cap says', () => {
  const texts = (...all: string[]) => all.map((text) => ({ text }))
  expect(openPairs([texts('a', ' a', 'b', 'c'), texts('x', 'x')], { seed: 1 })).toEqual([
    { prompt: 0, a: 0, b: 2 },
    { prompt: 0, a: 0, b: 3 },
    { prompt: 0, a: 2, b: 3 },
  ])
  const many = [texts('a', 'b', 'c', 'd', 'e')]
  const draws = Array.from({ length: 30 }, (_, seed) => openPairs(many, { seed, perPrompt: 1 }))
  expect(draws.every((pairs) => pairs.length === 1)).toBe(true)
  expect(new Set(draws.map(([pair]) => `${pair?.a} ${pair?.b}`)).size).toBeGreaterThan(5)
  expect(() => openPairs([], { seed: 1, perPrompt: 0 })).toThrow(
    'perPrompt must be a whole number of at least 1, got 0.',
  )
})

test('four hundred answers to a prompt are no trouble', () => {
  const many = answers(...Array.from({ length: 400 }, (_, i) => i % 2))
  expect(indices([many], { rule: 'all', perPrompt: 3, seed: 1 }).length).toBe(3)
  expect(indices([many], { rule: 'best-worst', seed: 1 }).length).toBe(1)
})

test.each<[Partial<Record<string, unknown>>, string]>([
  [{ perPrompt: 0 }, 'perPrompt must be a whole number of at least 1, got 0.'],
  [{ perPrompt: 1.5 }, 'perPrompt must be a whole number of at least 1, got 1.5.'],
  [{ rule: 'margin', least: 0 }, 'The margin must be a number above 0, got 0.'],
  [{ rule: 'margin', least: NaN }, 'The margin must be a number above 0, got NaN.'],
  [{ seed: 0.5 }, 'The seed must be a whole number, got 0.5.'],
])('refuses %j', (wrong, message) => {
  expect(() => buildPairs([], { rule: 'all', seed: 1, ...wrong } as PairBuilding)).toThrow(message)
})

test('refuses a score that is no number, and names the answer', () => {
  expect(() => buildPairs([[], answers(1, NaN)], { rule: 'all', seed: 1 })).toThrow(
    'Answer 2 to prompt 2 has score NaN; a score must be a finite number.',
  )
})

test('whatever the scores: chosen above rejected, no text against itself, no pair twice, the cap kept, others not needed', () => {
  const answer = fc.record({
    text: fc.constantFrom('a', 'b', 'c', 'd', 'e', ' a'),
    score: fc.oneof(fc.constant(null), fc.constantFrom(0, 0.5, 1), fc.double({ noNaN: true, min: -5, max: 5 })),
    origin: fc.constant(origin),
  })
  const rule = fc.oneof(
    fc.constant({ rule: 'best-worst' as const }),
    fc.constant({ rule: 'right-wrong' as const }),
    fc.constant({ rule: 'all' as const }),
    fc.double({ min: 0.01, max: 3, noNaN: true }).map((least) => ({ rule: 'margin' as const, least })),
  )
  fc.assert(
    fc.property(
      fc.array(fc.array(answer, { maxLength: 8 }), { maxLength: 4 }),
      rule,
      fc.integer({ min: 1, max: 5 }),
      fc.integer(),
      (prompts, asked, perPrompt, seed) => {
        const pairs = buildPairs(prompts, { ...asked, perPrompt, seed })
        prompts.forEach((given, prompt) => {
          const own = pairs.filter((pair) => pair.prompt === prompt)
          expect(own.length).toBeLessThanOrEqual(['best-worst', 'right-wrong'].includes(asked.rule) ? 1 : perPrompt)
          if (asked.rule === 'right-wrong') expect(own.every(({ chosen }) => chosen.score === 1)).toBe(true)
          expect(new Set(own.map((pair) => `${pair.chosen.answer} ${pair.rejected.answer}`)).size).toBe(own.length)
          for (const { chosen, rejected } of own) {
            expect(chosen.score).toBeGreaterThan(rejected.score)
            expect(chosen.text.trim()).not.toBe(rejected.text.trim())
            expect(given[chosen.answer]).toMatchObject({ text: chosen.text, score: chosen.score })
            expect(given[rejected.answer]).toMatchObject({ text: rejected.text, score: rejected.score })
            if (asked.rule === 'margin')
              expect(chosen.score - rejected.score).toBeGreaterThanOrEqual(asked.least - 1e-9)
          }
          const alone = prompts.map((others, at) => (at === prompt ? others : []))
          expect(buildPairs(alone, { ...asked, perPrompt, seed })).toEqual(own)
        })
      },
    ),
  )
})
