// On-policy pairs with a real trainer process and the tiny Llama: what is stored, what is counted, and that nothing is left half done.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { PairSampling, type CommandInput, type Job, type PairDetail, type PairRow, type SetId } from '#contract'
import { openDoor, type Ask } from '../../../src/main/app/door.ts'
import { pairSamplingHandlers } from '../../../src/main/app/pair-sampling.ts'
import type { Handlers } from '#contract'
import { openRunHome, over, request, tinyPairs, tinySettings, type RunHome } from './run-home.ts'

// Each sampling starts a trainer and loads TensorFlow.
vi.setConfig({ testTimeout: 180_000 })

let home: RunHome
let ask: Ask
beforeAll(async () => {
  home = await openRunHome()
  ask = openDoor({ ...home.context.jobs.handlers, ...pairSamplingHandlers(home.context) } as unknown as Handlers)
})
afterAll(() => home.close())

/** Letters that a fresh model's answers hold now and then, so that scores differ. */
const letters = { name: 'contains', parameters: { required: ['a', 'e', 'i', 'o', 'u'], whole_words: false } }
const asked = (part: Partial<CommandInput<'pairs.sample'>>) => ({
  ...{ policy: { model: 'tiny' }, prompts: { set: 'pairs' }, judge: { checker: letters }, into: 'made' },
  sampling: { answers: 4, tokens: 8, seed: 3 },
  ...part,
})
const sample = (part: Partial<CommandInput<'pairs.sample'>>) =>
  ask('pairs.sample', asked(part)) as ReturnType<ReturnType<typeof pairSamplingHandlers>['pairs.sample']>

function pairsOf(set: SetId): PairDetail[] {
  const { store } = home.context
  const filter = { text: '', label: null, order: 'id', direction: 'down', model: null } as const
  return store.pairs.list({ set, filter, offset: 0, limit: 500 }).rows.map(({ id }: PairRow) => store.pairs.show(id))
}
const scoreOf = ({ origin }: PairDetail['chosen']) => Number(origin.sampling?.score)
const textsOf = (pairs: readonly PairDetail[]) =>
  pairs.map(({ prompt, chosen, rejected }) => [prompt, chosen.text, rejected.text])

test('pairs of a set of prompts: the better answer chosen, with who gave it, how it was sampled and what it scored', async () => {
  const { set, counts } = await sample({})
  const pairs = pairsOf(set.id)
  expect(counts).toMatchObject({
    prompts: 12,
    answers: 48,
    pairs: pairs.length,
    noRoom: 0,
    undecided: 0,
    duplicates: 0,
  })
  expect(pairs.length).toBeGreaterThan(4)
  expect(pairs.length + counts.pairless).toBe(12)
  expect(set).toMatchObject({ name: 'made', chosen: pairs.length, unlabelled: 0, sample: false })
  const { modelHash } = home.context.store.models.byName('tiny')!
  for (const { prompt, chosen, rejected, numbers } of pairs) {
    expect(tinyPairs.map((pair) => pair.prompt)).toContain(prompt)
    expect(scoreOf(chosen)).toBeGreaterThan(scoreOf(rejected))
    const kept = letters.parameters.required.filter((letter) => chosen.text.toLowerCase().includes(letter)).length
    expect(scoreOf(chosen)).toBeCloseTo(kept / 5)
    expect(numbers).toEqual({ margin: null, scoreChosen: scoreOf(chosen), scoreRejected: scoreOf(rejected) })
    expect(chosen.origin).toMatchObject({
      ...{ kind: 'model', writer: 'tiny' },
      sampling: {
        ...{ model: 'tiny', model_hash: modelHash, temperature: 1, top_p: 1, longest: 8, seed: 3 },
        ...{ checker: 'contains', parameters: JSON.stringify(letters.parameters) },
      },
    })
  }
  const last = (await ask('jobs.list', {})) as Job[]
  expect(last.at(-1)).toMatchObject({ title: 'Sample pairs into made', status: 'done', outcome: { set: set.id } })
  expect(last.at(-1)?.outcome?.text).toMatch(/^12 prompts, 48 answers, \d+ pairs;/)

  const again = await sample({ into: 'again' })
  expect(textsOf(pairsOf(again.set.id))).toEqual(textsOf(pairs))
  expect((await sample({})).counts).toMatchObject({ pairs: 0, duplicates: pairs.length })
})

test('right against wrong pairs those that pass with those that do not, and needs a checker', async () => {
  const one = { name: 'contains', parameters: { required: ['e'], whole_words: false } }
  const { set, counts } = await sample({ into: 'right', judge: { checker: one }, rule: { rule: 'right-wrong' } })
  const pairs = pairsOf(set.id)
  expect([pairs.length > 0, pairs.length + counts.pairless]).toEqual([true, 12])
  for (const { chosen, rejected } of pairs)
    expect([chosen.text, rejected.text].map((text) => /e/i.test(text))).toEqual([true, false])
  await expect(sample({ into: 'hand', judge: 'hand', rule: { rule: 'right-wrong' } })).rejects.toMatchObject({
    problem: { code: 'bad-input', where: 'rule right-wrong' },
  })
})

test('more prompts than a round draw as they would alone, and a limit takes the first', async () => {
  const file = join(home.home, 'many.txt')
  writeFileSync(file, Array.from({ length: 70 }, (_, i) => `Count to ${i}: `).join('\n'))
  const all = await sample({ prompts: { file }, into: 'many', rule: { rule: 'all' }, perPrompt: 2 })
  expect(all.counts).toMatchObject({ prompts: 70, answers: 280 })
  const some = await sample({ prompts: { file }, into: 'some', rule: { rule: 'all' }, perPrompt: 2, limit: 40 })
  expect(some.counts).toMatchObject({ prompts: 40, answers: 160 })
  const texts = textsOf(pairsOf(some.set.id))
  expect(textsOf(pairsOf(all.set.id)).slice(0, texts.length)).toEqual(texts)
  const each = new Map<unknown, number>()
  for (const [prompt] of texts) each.set(prompt, (each.get(prompt) ?? 0) + 1)
  expect(Math.max(...each.values())).toBe(2)
})

test("IFEval's instructions stay with the pairs: a run is rewarded and examined by them, not by the chosen answer", async () => {
  const file = join(home.home, 'instructions.jsonl')
  const row = (i: number) => ({
    ...{ key: i, prompt: `Write text ${i} without the letter e. `, instruction_id_list: ['keywords:letter_frequency'] },
    kwargs: [{ letter: 'e', let_frequency: 1, let_relation: 'less than' }],
  })
  writeFileSync(file, Array.from({ length: 30 }, (_, i) => JSON.stringify(row(i))).join('\n'))
  const instructions = { name: 'instructions', parameters: {} }
  const { set } = await sample({ into: 'instructed', prompts: { file }, judge: { checker: instructions } })
  const pairs = pairsOf(set.id)
  expect(pairs.length).toBeGreaterThan(3)
  for (const { chosen, rejected, extra } of pairs) {
    expect([chosen.text, rejected.text].map((text) => /e/i.test(text))).toEqual([false, true])
    expect(JSON.parse(extra.expected!)).toMatchObject({ kwargs: [{ letter: 'e' }] })
  }
  const again = await sample({
    into: 'again instructed',
    prompts: { set: 'instructed' },
    judge: { checker: instructions },
  })
  expect(again.counts.undecided).toBe(0)

  const settings = { ...tinySettings, steps: 2, response_tokens: 8, group_size: 2, heldout_pairs: 1 }
  const run = await home.ended({
    ...request({ ...settings, reward_from: 'checker', checker: 'instructions' }),
    ...{ set: 'instructed', method: 'grpo' },
  })
  expect(run.reason).toBe(null)
  const rewards = home.context.store.readings.list({ run: run.id, names: ['reward'] }).map(({ value }) => value)
  expect(Math.max(...rewards)).toBeGreaterThan(0)
})

test('for a person: pairs of different answers without a label', async () => {
  const { set, counts } = await sample({ judge: 'hand', into: 'open', perPrompt: 1, limit: 3 })
  expect(set).toMatchObject({ pairs: 3, unlabelled: 3, chosen: 0 })
  expect(counts).toMatchObject({ prompts: 3, answers: 12, pairs: 3, undecided: 0 })
  for (const { a, b, label } of pairsOf(set.id)) {
    expect(label).toBe('unlabelled')
    expect(a.text).not.toBe(b.text)
    expect(a.origin.sampling).not.toHaveProperty('score')
  }
})

test("a run's newest checkpoint answers, under the run's name and step", async () => {
  const run = await home.runs.handlers['runs.start'](request())
  const { name } = await home.until(run.id, ...over)
  const tuned = await sample({ policy: { run: run.id }, into: 'tuned' })
  const [first] = pairsOf(tuned.set.id)
  expect(first?.chosen.origin).toMatchObject({ writer: name, sampling: { model: 'tiny', run: name, step: 12 } })
  const made = home.context.store.sets.byName('made')!
  expect(textsOf(pairsOf(tuned.set.id))).not.toEqual(textsOf(pairsOf(made.id)))
})

test('a reward model gives no answers', async () => {
  const { store } = home.context
  store.models.add({ ...store.models.byName('tiny')!, name: 'judge', head: 'reward' })
  await expect(sample({ policy: { model: 'judge' }, into: 'none' })).rejects.toThrow(
    'judge: A reward model scores answers and gives none.',
  )
})

test('what leaves no room, what cannot be judged and what ties is counted, and no pair is no set', async () => {
  const { store } = home.context
  await expect(sample({ sampling: { tokens: 4000 }, into: 'none' })).rejects.toThrow(
    '12 prompts left no room for an answer. Ask for answers shorter than 4000 tokens, or for shorter prompts.',
  )
  const file = join(home.home, 'bare.jsonl')
  writeFileSync(file, '{"prompt": "Say something"}\nnot json\n{"prompt": "Say something"}')
  const judge = { checker: { name: 'exact-match', parameters: {} } }
  await expect(sample({ prompts: { file }, judge, into: 'none' })).rejects.toThrow(
    'No pair came of it: 1 prompt, 4 answers, 0 pairs; 1 prompt had no two answers of different score; 4 answers could not be judged',
  )
  await expect(
    sample({ judge: { checker: { name: 'length', parameters: { at_most: -1 } } }, into: 'none' }),
  ).rejects.toThrow('Parameter at_most of checker length must be a whole number')
  await expect(sample({ judge: { checker: { name: 'nobody' } }, into: 'none' })).rejects.toThrow(
    'There is no checker "nobody"',
  )
  await expect(sample({ policy: { model: 'gone' }, into: 'none' })).rejects.toThrow('There is no model of this name')
  await expect(sample({ prompts: { set: 'gone' }, into: 'none' })).rejects.toThrow('There is no set of pairs')
  expect(store.sets.byName('none')).toBeNull()
})

test('cancelled or with a trainer that died, nothing is left', async () => {
  const { store, board } = home.context
  const long = { sampling: { answers: 64, tokens: 64 }, into: 'none' }
  const working = () =>
    new Promise<Job>((resolve) => {
      const stop = board.listen(
        (event) =>
          event.name === 'jobs.changed' &&
          event.data.doing.startsWith('sampling answers') &&
          (stop(), resolve(event.data)),
      )
    })
  const cancelled = expect(sample(long)).rejects.toThrow('Sample pairs into none was cancelled')
  await ask('jobs.cancel', { job: (await working()).id })
  await cancelled
  const died = expect(sample(long)).rejects.toThrow('The trainer process died')
  await working()
  home.port().kill()
  await died
  expect(store.sets.byName('none')).toBeNull()
  // The name is free, and what was staged is gone.
  expect((await sample({ into: 'none' })).counts.duplicates).toBe(0)
})

test('prompts are looked at before anything is sampled', async () => {
  const file = join(home.home, 'look.jsonl')
  writeFileSync(file, '{"prompt": "one", "answer": "1"}\n{"prompt": "two"}\n{"prompt": "one"}\n{"x": 1}')
  expect(await ask('pairs.prompts', { prompts: { file } })).toMatchObject({
    ...{ prompts: 2, expected: 1, first: ['one', 'two'], refusedCount: 1 },
    refused: [{ line: 4, reason: 'No column is known as prompt' }],
  })
  expect(await ask('pairs.prompts', { prompts: { set: 'pairs' }, limit: 5 })).toMatchObject({ prompts: 5, expected: 5 })
  await expect(ask('pairs.prompts', { prompts: { file: join(home.home, 'gone') } })).rejects.toThrow('no such file')
})

test('the checkers are listed as the window needs them', async () => {
  const listings = (await ask('checkers.list', {})) as { name: string }[]
  expect(listings.map(({ name }) => name)).toContain('arithmetic-answer')
  expect(PairSampling.shape.judge.safeParse({ checker: letters }).success).toBe(true)
})
