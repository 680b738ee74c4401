// How many answers are scored: in portions, in order, and no more of them once it is stopped.
import { expect, test } from 'vitest'
import { scoresOf } from '../../../src/main/trainer/judging.ts'
import type { JobContext } from '../../../src/main/trainer/loop.ts'

const answers = Array.from({ length: 150 }, (_, i) => ({ prompt: [1], response: [i] }))
const scorer = {
  scores: (some: readonly { response: readonly number[] }[]) =>
    Promise.resolve(some.map(({ response }) => response[0]!)),
  dispose: () => {},
}

test('each answer gets its score, in order, and the share that is done is told', async () => {
  const told: (number | null)[] = []
  const tell = ((_: string, data: { progress: number | null }) => told.push(data.progress)) as JobContext['tell']
  const found = await scoresOf(scorer, answers, { tell, stop: new AbortController().signal })
  expect(found).toEqual(answers.map(({ response }) => response[0]))
  expect(told).toEqual([0, 64 / 150, 128 / 150])
})

test('stopped on the way, it returns what it has', async () => {
  const stopping = new AbortController()
  const tell = ((_: string, { progress }: { progress: number | null }) =>
    progress && stopping.abort()) as JobContext['tell']
  expect(await scoresOf(scorer, answers, { tell, stop: stopping.signal })).toHaveLength(64)
})
