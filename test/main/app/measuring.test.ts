// Measures of pairs with a real trainer process and the tiny Llama: computed once, carried on after a cancel, and turned into a run.
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import {
  unseenProbes,
  type CommandInput,
  type CommandName,
  type CommandOutput,
  type Handlers,
  type Job,
  type SettingValues,
} from '#contract'
import { openDoor } from '../../../src/main/app/door.ts'
import { measuringHandlers } from '../../../src/main/app/measuring.ts'
import { pairHandlers } from '../../../src/main/app/pairs.ts'
import { openRunHome, over, request, tinyPairs, tinySettings, type RunHome } from './run-home.ts'

// Each measuring loads TensorFlow.
vi.setConfig({ testTimeout: 180_000 })

const tooLong = { prompt: 'Say it: ', chosen: 'word '.repeat(60), rejected: 'no' }
let home: RunHome
let ask: <N extends CommandName>(name: N, input: CommandInput<N>) => Promise<CommandOutput<N>>
beforeAll(async () => {
  home = await openRunHome([...tinyPairs, tooLong])
  const { context, runs } = home
  const handlers = {
    ...context.jobs.handlers,
    ...pairHandlers(context),
    ...measuringHandlers(context),
    ...runs.handlers,
  }
  ask = openDoor(handlers as unknown as Handlers) as typeof ask
})
afterAll(() => home.close())

const set = () => home.context.store.sets.byName('pairs')!.id
const measure = () => ask('pairs.measure', { set: 'pairs', model: 'tiny' })
/** How many log-probabilities of the reference and how many measures are kept while `work` goes on. */
async function computed(work: () => Promise<unknown>) {
  const { references, measures } = home.context.store
  const [putReferences, putMeasures] = [references.put, measures.put]
  const counts = { references: 0, measures: 0 }
  references.put = (key, entries) => ((counts.references += entries.length), putReferences(key, entries))
  measures.put = (key, entries) => ((counts.measures += entries.length), putMeasures(key, entries))
  try {
    await work()
  } finally {
    Object.assign(references, { put: putReferences })
    Object.assign(measures, { put: putMeasures })
  }
  return counts
}
const without = (settings: SettingValues) =>
  request({ ...tinySettings, steps: 2, too_long: 'leave-out', leave_out: 'by-measure', ...settings })

test('before a set is measured, no run leaves pairs out of it', async () => {
  await expect(ask('runs.start', without({}))).rejects.toThrow(
    'setting leave_out: 13 of 13 pairs of pairs were not measured under tiny yet. ' +
      'Measure them first: in Pairs, or attune pairs measure --set pairs --model tiny.',
  )
  const state = await ask('pairs.measured', { set: set(), model: 'tiny' })
  expect(state).toEqual({ pairs: 13, measured: 0, refused: 0, firstRefusal: null, leftOut: null })
  expect(
    await ask('pairs.measured', { set: set(), model: 'tiny', leaveOut: { by: 'ches', end: 'lowest', share: 0.5 } }),
  ).toMatchObject({ leftOut: { pairs: 0, from: null } })
})

test('cancelled, it keeps what it measured; the next one computes the rest, and the one after nothing', async () => {
  const { board, jobs, store } = home.context
  const stop = board.listen(({ name, data }) => {
    if (name === 'jobs.changed' && data.status === 'running' && data.doing.startsWith('loading'))
      void jobs.handlers['jobs.cancel']({ job: data.id })
  })
  await expect(measure()).rejects.toThrow('Measure pairs under tiny was cancelled')
  stop()
  expect(store.measures.state(store.models.byName('tiny')!, set())).toMatchObject({ measured: 0 })

  const counts = await computed(async () => {
    expect(await measure()).toMatchObject({ pairs: 13, measured: 12, refused: 1, added: 12, model: 'tiny' })
  })
  expect(counts).toEqual({ references: 24, measures: 13 })
  const last = ((await ask('jobs.list', {})) as Job[]).at(-1)
  expect(last).toMatchObject({
    title: 'Measure pairs under tiny',
    status: 'done',
    outcome: { text: '12 pairs measured, 12 of them now; 1 could not be measured.', set: set() },
  })

  const again = await computed(async () => {
    expect(await measure()).toMatchObject({ measured: 12, refused: 1, added: 0 })
  })
  expect(again).toEqual({ references: 0, measures: 0 })
  expect((await measure()).firstRefusal).toMatch(/^too long: prompt \d+ \+ chosen \d+ = \d+ tokens, the limit is 128$/)

  const { id } = store.sets.show(set())
  const label = store.pairs.list({ set: id, filter: list({}), offset: 0, limit: 1 }).rows[0]!.id
  store.labels.add({ pair: label, verdict: 'b', strength: 1, edited: null, by: 'me' })
  expect(await computed(measure)).toEqual({ references: 2, measures: 1 })
  store.labels.undo(id, 'me')
})

const list = (part: Partial<CommandOutput<'pairs.list'>> & Record<string, unknown>) => ({
  ...{ text: '', label: null, order: 'id' as const, direction: 'down' as const, model: null },
  ...part,
})

test('lists and single pairs tell the measures of the model that is named', async () => {
  const filter = { order: 'ches', model: 'tiny' } as const
  const { rows } = await ask('pairs.list', { set: set(), filter })
  const values = rows.flatMap(({ measures }) => (measures ? [measures.ches] : []))
  expect(values).toHaveLength(12)
  expect(values).toEqual(values.toSorted((a, b) => b - a))
  expect(rows.at(-1)?.measures).toBe(null)
  const { measures } = await ask('pairs.show', { pair: rows[0]!.id, model: 'tiny' })
  expect(measures).toEqual(rows[0]!.measures)
  expect((await ask('pairs.show', { pair: rows[0]!.id })).measures).toBe(null)
  // A byte is a token, and the end of text one more.
  expect(measures!.chosen.tokens).toBe(rows[0]!.chosenLength + 1)
  await expect(ask('pairs.list', { set: set(), filter: { order: 'ches' } })).rejects.toThrow(
    'An order by a measure needs the model that pairs were measured under',
  )
  await expect(ask('pairs.list', { set: set(), filter: { model: 'nobody' } })).rejects.toThrow('There are: tiny')
})

const noUnseen = Object.fromEntries(unseenProbes.map((key) => [key, 0]))

test('a run without the highest third says which it is without, and computes no reference of the others', async () => {
  const { store } = home.context
  const filter = { order: 'ches-normalised', model: 'tiny' } as const
  const highest = (await ask('pairs.list', { set: set(), filter })).rows.slice(0, 4).map(({ id }) => id)
  const asked = { by: 'ches-normalised', end: 'highest', share: 0.34 } as const
  const { leftOut } = await ask('pairs.measured', { set: set(), model: 'tiny', leaveOut: asked })
  expect(leftOut?.pairs).toBe(4)
  expect(leftOut?.from).toBe((await ask('pairs.show', { pair: highest[3]!, model: 'tiny' })).measures!.chesNormalised)

  expect(await ask('runs.estimate', without({ leave_out_share: 0.34 }))).toMatchObject({
    trainPairs: 8,
    heldoutPairs: 1,
  })
  let run
  const counts = await computed(async () => {
    run = await ask('runs.start', without({ leave_out_share: 0.34, ...noUnseen }))
    expect(await home.until(run.id, ...over)).toMatchObject({ status: 'finished', reason: null })
  })
  expect(counts).toEqual({ references: 0, measures: 0 })
  const shown = await ask('runs.show', { run: run!.id })
  expect(shown.run.set.pairs).toBe(9)
  expect(new Set(shown.leftOut)).toEqual(new Set(highest))
  await expect(ask('runs.tokens', { run: run!.id, pair: highest[0]! })).rejects.toThrow('This run left the pair out')
  const frozen = store.sets.frozen(store.runs.setVersion(run!.id))!
  expect(frozen.pairs.map(({ id }) => id).filter((id) => highest.includes(id))).toEqual([])
  // Pinned: whatever becomes of labels, the run is without those.
  store.labels.add({ pair: highest[0]!, verdict: 'tie', strength: 1, edited: null, by: 'me' })
  expect(new Set((await ask('runs.show', { run: run!.id })).leftOut)).toEqual(new Set(highest))
  store.labels.undo(set(), 'me')
})

test('what cannot be is refused in a line', async () => {
  const { store } = home.context
  await measure()
  store.models.add({ ...store.models.byName('tiny')!, name: 'judge', head: 'reward' })
  await expect(ask('pairs.measure', { set: 'pairs', model: 'judge' })).rejects.toThrow(
    'judge: A reward model gives no probabilities, so pairs cannot be measured under it.',
  )
  const refused = (await ask('pairs.list', { set: set() })).rows.at(-1)!.id
  store.labels.add({ pair: refused, verdict: 'tie', strength: 1, edited: null, by: 'me' })
  await expect(ask('runs.start', without({ leave_out_share: 0.99 }))).rejects.toThrow(
    'setting leave_out_share: A run needs at least 2 pairs, and 11 of 12 are left out. Leave out fewer.',
  )
  store.labels.undo(set(), 'me')
  await expect(ask('pairs.measure', { set: 'nowhere', model: 'tiny' })).rejects.toThrow('There is no set of pairs')
})
