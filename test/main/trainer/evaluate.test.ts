// The evaluation job in this process: what it answers, that it says what it left out, and that it stops.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { ProblemError, type PairId, type Text } from '#contract'
import { checker } from '../../../src/main/trainer/jobs/checker.ts'
import { checkers } from '../../../src/main/trainer/jobs/checkers.ts'
import { compare } from '../../../src/main/trainer/jobs/compare.ts'
import { evaluate } from '../../../src/main/trainer/jobs/evaluate.ts'
import type { AskingContext } from '../../../src/main/trainer/loop.ts'
import { modelHashes, openModel } from '../../../src/main/trainer/model-files.ts'
import type { EvaluateJob, TrainPair } from '../../../src/main/trainer/protocol.ts'
import { tensorsAlive } from '../../ml/backend.ts'
import { fixture } from '../app/run-home.ts'

const location = fixture('tiny-llama')
const expected = await modelHashes(await openModel(location))

const pairOf = (id: number, prompt: Text, chosen = 'it is 3.', rejected = 'maybe 4, who knows'): TrainPair => ({
  ...{ id: id as PairId, prompt, chosen, rejected },
})

function jobOn(pairs: readonly TrainPair[], change: Partial<EvaluateJob> = {}): EvaluateJob {
  const folder = mkdtempSync(join(tmpdir(), 'attune-evaluate-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const pairsFile = join(folder, 'pairs.jsonl')
  writeFileSync(pairsFile, pairs.map((pair) => JSON.stringify(pair)).join('\n'))
  return {
    policy: { model: location, expected, tuned: null },
    ...{
      pairsFile,
      likelihoods: true,
      checker: null,
      rewardModel: null,
      answers: 1,
      temperature: 0,
      maxTokens: 4,
      seed: 1,
    },
    ...change,
  }
}

function contextThat(tell: AskingContext['tell'] = () => {}, stop = new AbortController().signal): AskingContext {
  return { tell, stop, known: () => Promise.reject(new Error('a model has no reference to look up')) }
}

test('of answers alone the prompts are answered, and judged by a good answer or what is expected, never by a bad one', async () => {
  const alone = (id: number, prompt: string, chosen: string, mark: 'good' | 'bad', expected?: string) => ({
    ...{ id: id as PairId, prompt, chosen, rejected: '', mark },
    ...(expected === undefined ? {} : { expected }),
  })
  const pairs = [
    ...[
      alone(1, 'Add 1 and 2: ', '4', 'bad'),
      alone(2, 'Add 1 and 2: ', '3', 'good'),
      alone(3, 'Add 2 and 2: ', '5', 'bad'),
    ],
    ...[alone(4, 'Add 3 and 3: ', '7', 'bad', '6'), alone(5, 'Add 1 and 2: ', '2', 'bad')],
    // What a row expects is taken before a good answer, which may say it in other words.
    ...[alone(6, 'Add 3 and 3: ', 'It is 6.', 'good'), alone(7, 'Add 4 and 4: ', '9', 'bad')],
    alone(8, 'Add 4 and 4: ', '9', 'bad', '8'),
  ]
  const exact = { name: 'exact-match', parameters: {} }
  const before = tensorsAlive()
  const { items } = await evaluate(jobOn(pairs, { likelihoods: false, checker: exact }), contextThat())
  expect(tensorsAlive()).toBe(before)
  expect(items.map(({ pair, answers }) => [pair, answers.map(({ verdict, why }) => `${verdict}: ${why}`)])).toEqual([
    [1, []],
    [2, [expect.stringContaining('fail')]],
    [3, [expect.stringContaining('undecided')]],
    [4, [expect.stringContaining('fail')]],
    [5, []],
    [6, []],
    [7, []],
    [8, [expect.stringContaining('fail')]],
  ])
})

test('both sides of each pair are scored; each prompt is answered once and judged; nothing is left alive', async () => {
  const pairs = [pairOf(7, 'Add 1 and 2: '), pairOf(8, 'Add 1 and 2: ', '3'), pairOf(9, 'Add 2 and 2: ')]
  const told: string[] = []
  const context = contextThat((name, data) => name === 'doing' && told.push((data as { text: string }).text))
  const length = { name: 'length', parameters: { unit: 'characters', at_least: 1 } }
  const before = tensorsAlive()
  const { items, figures, leftOut, machine } = await evaluate(jobOn(pairs, { checker: length }), context)
  expect(tensorsAlive()).toBe(before)
  expect(items.map(({ pair, answers }) => [pair, answers.length])).toEqual([
    [7, 1],
    [8, 0],
    [9, 1],
  ])
  for (const { likelihood } of items) {
    expect(likelihood!.chosen.logp).toBeLessThan(0)
    expect(likelihood!.chosen.reference).toBeNull()
  }
  expect(items[0]!.likelihood!.rejected).toEqual(items[1]!.likelihood!.rejected)
  expect(figures.pairs).toMatchObject({ accuracy: { of: 3 }, reward: null })
  expect(figures.answers).toMatchObject({ prompts: 2, answers: 2 })
  expect(leftOut).toEqual({ pairs: 0, prompts: 0 })
  expect(machine.precision).toBe('float32')
  expect(told).toContain('scoring pairs, 3 of 3 pairs')
  expect(told).toContain('answering prompts, 2 of 2 answers')
})

test('the same seed gives the same answers, another one others; greedy ones need none', async () => {
  const pairs = [pairOf(1, 'Add 1 and 2: '), pairOf(2, 'Add 2 and 2: ')]
  const given = async (change: Partial<EvaluateJob>) => {
    const job = jobOn(pairs, { checker: { name: 'exact-match', parameters: {} }, likelihoods: false, ...change })
    const { items, figures } = await evaluate(job, contextThat())
    expect(figures.pairs).toBeNull()
    return items.map(({ answers }) => answers.map(({ text }) => text))
  }
  const sampled = { temperature: 1, answers: 3 }
  const first = await given(sampled)
  expect(first.map((texts) => texts.length)).toEqual([3, 3])
  expect(new Set(first.flat()).size).toBeGreaterThan(1)
  expect(await given(sampled)).toEqual(first)
  expect(await given({ ...sampled, seed: 2 })).not.toEqual(first)
  expect(await given({ seed: 2 })).toEqual(await given({ seed: 3 }))
})

test('what does not fit is counted, and the rest is evaluated', async () => {
  const long = 'word '.repeat(200)
  const pairs = [pairOf(1, 'Add 1 and 2: '), pairOf(2, long)]
  const job = jobOn(pairs, { checker: { name: 'exact-match', parameters: {} } })
  const { items, figures, leftOut } = await evaluate(job, contextThat())
  expect(leftOut).toEqual({ pairs: 1, prompts: 1 })
  expect(items[1]).toMatchObject({ likelihood: null, answers: [], preferred: null, answered: null })
  expect(figures.pairs!.accuracy.of).toBe(1)
})

test.each(['scoring pairs', 'answering prompts'])('is stopped while %s, and holds nothing then', async (phase) => {
  const stop = new AbortController()
  const pairs = Array.from({ length: 40 }, (_, i) => pairOf(i + 1, `Add ${i} and 2: `))
  const context = contextThat((name, data) => {
    if (name === 'doing' && (data as { text: string }).text.startsWith(phase)) stop.abort()
  }, stop.signal)
  const before = tensorsAlive()
  const job = jobOn(pairs, { checker: { name: 'exact-match', parameters: {} } })
  const refusal = await evaluate(job, context).catch((thrown: unknown) => thrown)
  expect(refusal).toBeInstanceOf(ProblemError)
  expect((refusal as ProblemError).problem.code).toBe('cancelled')
  expect(tensorsAlive()).toBe(before)
})

test('checkers are told as data, and one that cannot be made is refused in one line', async () => {
  const listed = await checkers()
  expect(listed.map(({ name }) => name)).toContain('arithmetic-answer')
  const contains = { name: 'contains', parameters: { required: ['so'] } }
  expect(await checker(contains)).toEqual({
    name: 'contains',
    parameters: { required: ['so'], forbidden: [], whole_words: true, match_case: false },
  })
  expect(() => checker({ name: 'eval', parameters: {} })).toThrow(
    /^checker eval: There is no checker "eval"; there are /,
  )
  expect(() => checker({ name: 'contains', parameters: { require: 'x' } })).toThrow(/contains.*require/)
})

test('a comparison is that of the items it is given', async () => {
  const judged = (verdict: 'pass' | 'fail') => ({
    likelihood: null,
    answers: [{ verdict, tokens: 1, ended: true, score: 0 }],
  })
  const found = await compare({ a: [judged('pass')], b: [judged('fail')], sameTokens: true, scored: false })
  expect(found).toMatchObject({ pairs: null, answers: { both: 0, onlyA: 1, onlyB: 0, neither: 0 } })
})
