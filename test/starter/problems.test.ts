import { expect, test } from 'vitest'
import { isRight, problemAt } from '../../starter/problems.ts'

test('each problem takes its own response for right', () => {
  for (let index = 0; index < 2000; index++) {
    const problem = problemAt(1, 'test', index)
    expect(isRight(problem, problem.response), problem.prompt + problem.response).toBe(true)
  }
})

test('a right number after a false equation is wrong', () => {
  const problem = { kind: 'add', prompt: 'Q: …\nA:', response: ' 7 + 5 = 12. The answer is 12.', answer: '12' } as const
  expect(isRight(problem, ' 7 + 5 = 13. The answer is 12.')).toBe(false)
  expect(isRight(problem, ' 7 + 5 = 12. The answer is 13.')).toBe(false)
  expect(isRight(problem, ' The answer is 12.')).toBe(true)
  expect(isRight(problem, ' 12')).toBe(false)
})

test('an instruction is answered by the whole response', () => {
  const problem = { kind: 'capitals', prompt: 'Q: …\nA:', response: ' SUN', answer: 'SUN' } as const
  expect(isRight(problem, 'SUN ')).toBe(true)
  expect(isRight(problem, ' SUN SUN')).toBe(false)
})

test('a series repeats, and another differs', () => {
  expect(problemAt(1, 'train', 5)).toEqual(problemAt(1, 'train', 5))
  const same = Array.from({ length: 50 }, (_, i) => problemAt(1, 'train', i).prompt === problemAt(1, 'test', i).prompt)
  expect(same.filter(Boolean).length).toBeLessThan(10)
})
