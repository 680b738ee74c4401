// Answers as units: who shares a prompt, and that each token has the number that it has alone.
import { expect, test } from 'vitest'
import { scoreUnits } from '../../../src/ml/recipes/programs.ts'
import { answerTokens, answerUnits, tokenNumbers, type Answer } from '../../../src/ml/recipes/rollouts.ts'
import type { OnlineMethod } from '../../../src/ml/recipes/online-methods.ts'
import { configs, fixtureWeights } from '../../parity/tiny-models.ts'
import { openBackend, tensorsAlive } from '../backend.ts'
import { executorWith } from './runs.ts'

const backend = await openBackend()
const config = configs['tiny-llama']
const [one, other] = [
  [5, 9, 11, 3],
  [8, 2],
]
const answers: Answer[] = [
  ...[[4], [7, 7, 12], [3, 3]].map((response) => ({ prompt: one, response })),
  ...[[6, 1, 1, 2], [9]].map((response) => ({ prompt: other, response })),
]

test('two neighbours to one prompt share a unit, a third has its own, and a prompt counts for each answer', () => {
  const sides = answerUnits(answers).map(({ shared, chosen, rejected }) => [shared, chosen, rejected])
  expect(sides).toEqual([
    [one, [4], [7, 7, 12]],
    [one, [3, 3], []],
    [other, [6, 1, 1, 2], [9]],
  ])
  expect(answerUnits(answers.map(({ prompt, response }) => ({ prompt: [...prompt], response })))).toHaveLength(5)
  expect(answerTokens(answers)).toBe(3 * 4 + 2 * 2 + 11)
})

test('the numbers of tokens are those of each answer alone, in the order of answers', async () => {
  const before = tensorsAlive()
  const executor = executorWith(backend, await fixtureWeights('tiny-llama/model.safetensors'))
  const program = scoreUnits(config, null)
  const method = { responseTokens: 4 } as OnlineMethod
  const numbers = (some: readonly Answer[]) => tokenNumbers(executor, program, method, some, ['logps'])
  const together = await numbers(answers)
  for (const [i, answer] of answers.entries()) {
    const [alone] = await numbers([answer])
    expect(together[i]!.logps).toHaveLength(answer.response.length)
    together[i]!.logps.forEach((logp, t) => expect(logp).toBeCloseTo(alone!.logps[t]!, 5))
  }
  executor.dispose()
  expect(tensorsAlive()).toBe(before)
})
