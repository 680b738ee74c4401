// Studies in the store: steps as planned, outcomes kept one by one, and what is left when the process dies.
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { StudyRequest } from '#contract'
import { openStore } from '../../../src/main/store/index.ts'
import { folder, memoryStore } from './open.ts'

const request = StudyRequest.parse({ study: 'ood' })
const steps = () => [
  { title: 'first', does: 'import' },
  { title: 'second', does: 'train' },
]

test('a study keeps its steps and what came of each', () => {
  const store = memoryStore()
  const study = store.studies.create({
    request,
    model: 'starter',
    seeds: 2,
    steps: (id) => [...steps(), { title: `of ${id}` }],
  })
  expect(study).toMatchObject({
    name: 'ood',
    form: 'short',
    model: 'starter',
    seeds: 2,
    status: 'running',
    endedAt: null,
  })
  expect(study.steps).toEqual(['first', 'second', 'of 1'].map((title) => ({ title, done: false, seconds: null })))

  store.studies.finishStep(study.id, 1, { run: 5 }, 2.5)
  expect(store.studies.show(study.id).steps[1]).toEqual({ title: 'second', done: true, seconds: 2.5 })
  expect(store.studies.work(study.id)).toEqual({
    request,
    steps: [...steps(), { title: 'of 1' }],
    outcomes: [null, { run: 5 }, null],
    seconds: [null, 2.5, null],
  })
  expect(() => store.studies.show(9 as typeof study.id)).toThrow('There is no such study')
})

test('what it does now ends with it, and a change tells when it ended', () => {
  const store = memoryStore()
  const { id } = store.studies.create({ request, model: 'starter', seeds: 1, steps })
  expect(store.studies.tell(id, { doing: 'step 1', job: null, secondsLeft: 3 })).toMatchObject({
    doing: 'step 1',
    secondsLeft: 3,
  })
  const failed = store.studies.change(id, 'failed', 'why')
  expect(failed).toMatchObject({ status: 'failed', reason: 'why', doing: null, secondsLeft: null })
  expect(failed.endedAt).not.toBeNull()
  expect(store.studies.change(id, 'running', null)).toMatchObject({ status: 'running', reason: null, endedAt: null })
  expect(store.studies.remove(id)).toBe(true)
  expect(store.studies.remove(id)).toBe(false)
  expect(store.studies.list()).toEqual([])
  // What it made is named by its number, which no other study gets.
  expect(store.studies.create({ request, model: 'starter', seeds: 1, steps }).id).toBe(id + 1)
})

test('one that ran when the process died is interrupted, with all that was done', () => {
  const file = join(folder(), 'attune.sqlite')
  const before = openStore(file)
  const { id } = before.studies.create({ request, model: 'starter', seeds: 1, steps })
  before.studies.finishStep(id, 0, { set: 'a', pairs: 3 }, 1)
  before.close()
  const after = openStore(file)
  expect(after.studies.list()).toMatchObject([
    { id, status: 'interrupted', reason: expect.stringContaining('died') as string },
  ])
  expect(after.studies.work(id).outcomes).toEqual([{ set: 'a', pairs: 3 }, null])
  after.close()
})

test('a study of before checkers were asked for is read as it was', () => {
  const path = join(folder(), 'a.sqlite')
  const store = openStore(path)
  const { id } = store.studies.create({
    request: { study: 'ood', form: 'short', model: null, seeds: null, pairs: null, others: null } as StudyRequest,
    ...{ model: 'starter', seeds: 1, steps },
  })
  expect(store.studies.work(id).request).toEqual(request)
  store.close()
})
