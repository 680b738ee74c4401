import { expect, test } from 'vitest'
import { isRight, problemAt } from '../../starter/problems.ts'
import { rankedPairs } from '../../starter/ranked.ts'

const right = ({ prompt }: { prompt: string }, response: string) => {
  const index = Array.from({ length: 5000 }, (_, i) => i).find((i) => problemAt(3, 'ranked', i).prompt === prompt)!
  return isRight(problemAt(3, 'ranked', index), response)
}

test('one side is right and the other wrong, in one number, of prompts that are all different', () => {
  const pairs = rankedPairs(3, 200)
  expect(new Set(pairs.map(({ prompt }) => prompt)).size).toBe(200)
  for (const pair of pairs) {
    expect([right(pair, pair.chosen), right(pair, pair.rejected)], pair.prompt).toEqual([true, false])
    const words = [pair.chosen, pair.rejected].map((text) => text.replace(/\d+(?=\. The answer is)|\d+(?=\.$)/g, '#'))
    expect(words[0]).toBe(words[1])
  }
  expect(rankedPairs(3, 3)).toEqual(pairs.slice(0, 3))
  const without = new Set([pairs[0]!.prompt])
  expect(rankedPairs(3, 1, { without })).toEqual([pairs[1]])
})

test('cut, both end with the number in which they differ', () => {
  for (const { chosen, rejected } of rankedPairs(3, 200, { cut: true })) {
    expect(chosen).toMatch(/= \d+$/)
    expect(chosen).not.toBe(rejected)
    expect(chosen.replace(/\d+$/, '')).toBe(rejected.replace(/\d+$/, ''))
  }
})
