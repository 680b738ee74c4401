// Evaluations through the app with a real trainer: runs against the models they began from, what is refused, what is kept.
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { commands, type CommandInput, type Evaluation, type EvaluationId, type Run } from '#contract'
import { openEvaluations, type Evaluations } from '../../../src/main/app/evaluations.ts'
import { addModel } from '../../../src/main/app/models.ts'
import { openRunHome, over, request, tinyPairs, tinySettings, type RunHome } from './run-home.ts'

let home: RunHome
let evaluations: Evaluations
let lora: Run
let full: Run

beforeAll(async () => {
  home = await openRunHome([...tinyPairs, { prompt: 'Add 7 and 8: ', chosen: '15', rejected: '16' }])
  evaluations = openEvaluations(home.context)
  lora = await home.runs.handlers['runs.start'](request({ ...tinySettings, learning_rate: 2e-2 }))
  await home.until(lora.id, ...over)
  const { lora_rank: _rank, lora_alpha: _alpha, ...rest } = tinySettings
  full = await home.runs.handlers['runs.start'](request({ ...rest, tuning: 'full', steps: 4 }))
  await home.until(full.id, ...over)
}, 60_000)
afterAll(async () => {
  evaluations.close()
  await home.close()
})

const exact = { name: 'exact-match', parameters: {} }

/** Starts one and waits for its end, and that of its job. */
async function evaluated(input: CommandInput<'evaluations.start'>): Promise<Evaluation[]> {
  const { store, board } = home.context
  const made = await evaluations.handlers['evaluations.start'](commands['evaluations.start'].in.parse(input))
  const now = () => made.map(({ id }) => store.evaluations.show(id))
  await new Promise<void>((resolve) => {
    const stop = board.listen(({ name, data }) => {
      if (name !== 'jobs.changed' || data.status === 'running' || data.id !== made[0]!.job) return
      stop()
      resolve()
    })
  })
  return now()
}
const items = async (a: EvaluationId, b: EvaluationId | null = null, filter = {}) =>
  evaluations.handlers['evaluations.items'](commands['evaluations.items'].in.parse({ a, b, filter, limit: 200 }))
const compare = (a: Evaluation, b: Evaluation) =>
  evaluations.handlers['evaluations.compare']({ a: a.id, b: b.id }) as Promise<
    Awaited<ReturnType<Evaluations['handlers']['evaluations.compare']>>
  >

test('a run and its model side by side: the reference of the run is the model, and the job shows in the list', async () => {
  const policies = [{ model: 'tiny' }, { run: lora.id }]
  const checker = { name: 'contains', parameters: { required: ['a'], whole_words: false } }
  const [model, run] = await evaluated({ policies, set: 'pairs', options: { checker, maxTokens: 6 } })
  expect(model).toMatchObject({ status: 'finished', label: 'tiny', policy: { run: null, step: null } })
  expect(run).toMatchObject({ status: 'finished', label: lora.name, policy: { run: lora.id, step: 12 } })
  expect(run!.machine!.precision).toBe('float32')
  expect(model!.figures!.pairs!.reward).toBeNull()
  expect(run!.options.checker!.parameters).toMatchObject({ required: ['a'], forbidden: [], match_case: false })
  const jobs = await home.context.jobs.handlers['jobs.list']({})
  expect(jobs).toMatchObject([{ title: `Evaluate tiny and ${lora.name}`, status: 'done' }])

  const { rows, total } = await items(model!.id, run!.id)
  expect(total).toBe(13)
  expect(rows[0]).toMatchObject({ id: 1, prompt: 'Add 0 and 1: ', chosen: 'it is 1.' })
  for (const { a, b } of rows)
    for (const side of ['chosen', 'rejected'] as const)
      expect(Math.abs(b!.likelihood![side].reference! - a.likelihood![side].logp)).toBeLessThan(1e-3)
  // 'Add 7 and 8: ' stands twice.
  expect(rows.map(({ a }) => a.answers.length)).toEqual([...Array<number>(12).fill(1), 0])

  // The model as the reference of the run: what the run's own reference says.
  const { pairs, answers, incomparable } = await compare(model!, run!)
  const reward = run!.figures!.pairs!.reward!
  expect(incomparable).toBeNull()
  expect(pairs!.reward!.accuracy.passed).toBe(reward.accuracy.passed)
  expect(pairs!.reward!.margin.mean).toBeCloseTo(reward.margin.mean!, 3)
  expect(reward.accuracy.passed).toBeGreaterThan(13 / 2)
  expect(answers!.both + answers!.onlyA + answers!.onlyB + answers!.neither).toBe(12)
  expect(existsSync(join(home.home, 'evaluations')) ? readdirSync(join(home.home, 'evaluations')) : []).toEqual([])
})

test('on what a run held out, its numbers are those of its last probes', async () => {
  const [found] = await evaluated({ policies: [{ run: lora.id }], set: 'pairs', options: { heldOutOf: lora.id } })
  const { rows } = await items(found!.id)
  const { store } = home.context
  const heldOut = store.probes.list(lora.id).filter(({ kind }) => kind === 'heldout')
  expect(rows.map(({ pair }) => pair).toSorted()).toEqual(heldOut.map(({ pair }) => pair!).toSorted())
  const scores = store.probes.scores(lora.id).filter(({ step }) => step === 12)
  for (const { index, pair } of heldOut) {
    const { likelihood } = rows.find((row) => row.pair === pair)!.a
    const score = scores.find((one) => one.index === index)!
    for (const side of ['chosen', 'rejected'] as const) {
      expect(likelihood![side].logp).toBeCloseTo(score[side]!.policy, 3)
      expect(likelihood![side].reference).toBeCloseTo(score[side]!.reference, 3)
      expect(likelihood![side].tokens).toBe(score[side]!.tokens)
    }
  }
})

test('after full tuning the reference is the model that was there before', async () => {
  const [model, run] = await evaluated({ policies: [{ model: 'tiny' }, { run: full.id }], set: 'pairs' })
  const { rows } = await items(model!.id, run!.id)
  for (const { a, b } of rows) {
    expect(b!.likelihood!.chosen.reference).toBeCloseTo(a.likelihood!.chosen.logp, 3)
    expect(b!.likelihood!.chosen.logp).not.toBeCloseTo(a.likelihood!.chosen.logp, 3)
  }
})

test('items are filtered to who got them right, and ordered', async () => {
  const [a, b] = await evaluated({ policies: [{ model: 'tiny' }, { run: lora.id }], set: 'pairs' })
  const all = (await items(a!.id, b!.id)).rows
  const right = (row: (typeof all)[number], which: 'a' | 'b') => row[which]!.preferred! > 0.5
  const filters = {
    'only-a': (row: (typeof all)[number]) => right(row, 'a') && !right(row, 'b'),
    'only-b': (row: (typeof all)[number]) => !right(row, 'a') && right(row, 'b'),
    'both-right': (row: (typeof all)[number]) => right(row, 'a') && right(row, 'b'),
    'both-wrong': (row: (typeof all)[number]) => !right(row, 'a') && !right(row, 'b'),
  }
  for (const [show, holds] of Object.entries(filters))
    expect((await items(a!.id, b!.id, { by: 'pairs', show })).rows).toEqual(all.filter(holds))
  const { pairs } = await compare(a!, b!)
  expect(pairs!.onlyB).toBe(all.filter(filters['only-b']).length)
  const margin = (row: (typeof all)[number], which: 'a' | 'b') =>
    row[which]!.likelihood!.chosen.logp - row[which]!.likelihood!.rejected.logp
  const change = (row: (typeof all)[number]) => margin(row, 'b') - margin(row, 'a')
  expect((await items(a!.id, b!.id, { order: 'change' })).rows).toEqual(all.toSorted((x, y) => change(y) - change(x)))
  // Without answers nothing is right or wrong by them.
  expect((await items(a!.id, b!.id, { by: 'answers', show: 'both-wrong' })).total).toBe(0)
})

test('two of other items or other options are not compared, and it is said why', async () => {
  const start = async (options: object, set = 'pairs') =>
    (await evaluated({ policies: [{ model: 'tiny' }], set, options }))[0]!
  const [whole, part, other] = [await start({}), await start({ limit: 3 }), await start({ seed: 3 })]
  await expect(compare(whole, part)).rejects.toThrow(/not evaluated on the same pairs. Evaluate both on the same set/)
  await expect(compare(whole, other)).rejects.toThrow(/evaluated with other options: the seed differs/)
  expect((await compare(whole, whole)).pairs!.difference.mean).toBe(0)
})

test('another tokenizer: shares are compared, log-probabilities are not', async () => {
  const location = join(home.context.resources, 'starter')
  await addModel(home.context, { name: 'other', location, source: 'fixture' })
  const [tiny, other] = await evaluated({ policies: [{ model: 'tiny' }, { model: 'other' }], set: 'pairs' })
  const { pairs, incomparable } = await compare(tiny!, other!)
  expect(pairs).toMatchObject({ difference: { of: 13 }, margin: null, reward: null })
  expect(incomparable).toBe(
    'The two have different tokenizers, so log-probabilities are not of the same tokens: only shares are compared.',
  )
})

/** Of a reward model, as the store keeps it; nothing was trained. */
function rewardRun(): Run {
  const { store } = home.context
  const { model, set, settings } = lora
  const setVersion = store.runs.setVersion(lora.id)
  const rest = { seed: 0, steps: 1, parent: null, parentStep: null, provenance: null }
  return store.runs.create({ name: 'Judge', method: 'reward-model', model, set, setVersion, settings, ...rest })
}

const refusals: [string, () => CommandInput<'evaluations.start'>, RegExp][] = [
  ['an unknown model', () => ({ policies: [{ model: 'x' }], set: 'pairs' }), /^x: There is no model of this name\./],
  ['an unknown set', () => ({ policies: [{ model: 'tiny' }], set: 'x' }), /^x: There is no set of pairs of this name/],
  [
    'a set without a choice',
    () => ({ policies: [{ model: 'tiny' }], set: 'empty' }),
    /^set empty: No pair of this set has a chosen response\. Label some first\.$/,
  ],
  [
    'the same policy twice',
    () => ({ policies: [{ model: 'tiny' }, { model: 'tiny' }], set: 'pairs' }),
    /^tiny: Both are the same policy/,
  ],
  [
    'nothing to do',
    () => ({ policies: [{ model: 'tiny' }], set: 'pairs', options: { likelihoods: false } }),
    /There is nothing to evaluate/,
  ],
  [
    'many greedy answers',
    () => ({ policies: [{ model: 'tiny' }], set: 'pairs', options: { checker: exact, answers: 4 } }),
    /At temperature 0 all answers to a prompt are the same/,
  ],
  [
    'an unknown checker',
    () => ({ policies: [{ model: 'tiny' }], set: 'pairs', options: { checker: { name: 'eval' } } }),
    /^checker eval: There is no checker "eval"/,
  ],
  [
    'a run that made a reward model',
    () => ({ policies: [{ run: rewardRun().id }], set: 'pairs' }),
    /made a reward model, which scores answers and gives none/,
  ],
  [
    'held-out pairs that are not in the set',
    () => ({ policies: [{ model: 'tiny' }], set: 'strange', options: { heldOutOf: lora.id } }),
    /None of the pairs that this run held out are in strange\. It was trained on pairs\.$/,
  ],
]

test.each(refusals)('%s is refused before anything is loaded or stored', async (_, input, line) => {
  const { store } = home.context
  const origin = { kind: 'human' as const, writer: null, sampling: null }
  for (const [name, given] of [
    ['empty', false],
    ['strange', true],
  ] as const) {
    if (store.sets.byName(name)) continue
    const filling = store.pairs.import(name)
    filling.add([{ prompt: 'p', given, extra: {}, a: { text: 'a', origin }, b: { text: 'b', origin } }])
    filling.finish()
  }
  const before = store.evaluations.list().length
  const start = evaluations.handlers['evaluations.start'](commands['evaluations.start'].in.parse(input()))
  await expect(start).rejects.toThrow(line)
  expect(store.evaluations.list()).toHaveLength(before)
})

test('a cancelled evaluation keeps nothing but that it was cancelled; one that has ended can be removed', async () => {
  const { board, jobs, store } = home.context
  const stop = board.listen((event) => {
    const { name, data } = event
    if (name === 'jobs.changed' && data.status === 'running' && data.doing.startsWith('scoring'))
      void jobs.handlers['jobs.cancel']({ job: data.id })
  })
  const options = { checker: exact, maxTokens: 64 }
  const policies = [{ model: 'tiny' }, { run: lora.id }]
  const both = await evaluated({ policies, set: 'pairs', options })
  stop()
  expect(both).toMatchObject([
    { status: 'cancelled', reason: null, figures: null, job: null },
    { status: 'cancelled', figures: null },
  ])
  expect(store.evaluations.outcomes(both[0]!.id)).toEqual([])
  expect((await jobs.handlers['jobs.list']({})).at(-1)).toMatchObject({ status: 'cancelled' })
  await evaluations.handlers['evaluations.remove']({ evaluation: both[0]!.id })
  expect(home.events.at(-1)).toMatchObject({ name: 'evaluations.removed', data: { evaluation: both[0]!.id } })
  expect(() => evaluations.handlers['evaluations.show']({ evaluation: both[0]!.id })).toThrow(/no such evaluation/)
})

test('a trainer that dies fails the evaluation with its reason; the next one goes on', async () => {
  const { board } = home.context
  const stop = board.listen(({ name, data }) => {
    if (name !== 'evaluations.changed' || data.doing === null || !data.doing.startsWith('loading weights')) return
    stop()
    home.port().kill()
  })
  const [failed] = await evaluated({ policies: [{ model: 'tiny' }], set: 'pairs' })
  expect(failed).toMatchObject({ status: 'failed', figures: null })
  expect(failed!.reason).toMatch(/^The trainer process died\./)
  expect((await evaluated({ policies: [{ model: 'tiny' }], set: 'pairs' }))[0]!.status).toBe('finished')
})
