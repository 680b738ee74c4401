import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Model, ModelId, Probe, ProbeScore, Provenance, RunId } from '#contract'
import { openStore } from '../../../src/main/store/index.ts'
import { anyRun, folder, memoryStore } from './open.ts'

const provenance: Provenance = {
  ...{ app: '0.1.0', tensorflow: '2.21', backend: 'tensorflow', device: 'CPU', precision: 'float32' },
  ...{ modelHash: 'm', tokenizerHash: 't', templateHash: 'c', setVersionHash: 's' },
}

test('a run is stored as it was asked for, and changes where it is told to', () => {
  const store = memoryStore()
  const run = anyRun(store)
  expect(run).toMatchObject({
    ...{ status: 'queued', reason: null, step: 0, steps: 5, notes: '', checkpoint: null, doing: null },
    ...{ settings: { beta: 0.1, lora_targets: ['all'], steps: null }, seed: 7, set: { name: 'runs', pairs: 1 } },
  })
  const throughput = { pairsPerSecond: 1.5, tokensPerSecond: 100, peakMemory: 1e9 }
  store.runs.update(run.id, { status: 'running', step: 2, provenance, throughput, doing: 'step 3', secondsLeft: 9 })
  store.checkpoints.add(run.id, 2, '/runs/1/checkpoints/2')
  const changed = {
    ...run,
    status: 'running',
    step: 2,
    provenance,
    throughput,
    doing: 'step 3',
    secondsLeft: 9,
    checkpoint: 2,
  }
  expect(store.runs.show(run.id)).toEqual(changed)
  expect(store.runs.list()).toEqual([changed])
  expect(store.runs.update(run.id, { status: 'finished', endedAt: 'now' })).toMatchObject({
    doing: null,
    secondsLeft: null,
  })
  expect(() => store.runs.update(99 as RunId, { notes: '' })).toThrow('run 99: There is no such run.')
})

test('at the opening, what had not ended is interrupted, and says why', () => {
  const file = join(folder(), 'store.sqlite')
  const before = openStore(file)
  const ids = (['queued', 'preparing', 'running', 'stopping', 'stopped', 'finished', 'failed'] as const).map(
    (status) => {
      const { id } = anyRun(before)
      before.runs.update(id, { status, doing: 'something' })
      return id
    },
  )
  before.close()
  const after = openStore(file)
  const runs = ids.map((id) => after.runs.show(id))
  expect(runs.map(({ status }) => status)).toEqual([
    ...['interrupted', 'interrupted', 'interrupted', 'interrupted'],
    ...['stopped', 'finished', 'failed'],
  ])
  expect(runs[0]).toMatchObject({ reason: 'Attune was closed or died while it ran.', doing: null })
  expect(runs[5]).toMatchObject({ reason: null })
  after.close()
})

test('a removed run takes what it measured along, and leaves its forks', () => {
  const store = memoryStore()
  const run = anyRun(store)
  const { versionId } = store.sets.freeze(run.set.id)
  const fork = store.runs.create({ ...run, setVersion: versionId, parent: run.id, provenance: null })
  store.readings.append(run.id, [{ step: 0, name: 'loss', value: 1 }])
  expect(store.runs.remove(run.id)).toBe(true)
  expect(store.runs.remove(run.id)).toBe(false)
  expect(store.readings.count(run.id)).toBe(0)
  expect(store.runs.show(fork.id).parent).toBe(null)
})

test('readings come back bit by bit, in order of step, the last one of a step and name', () => {
  const reading = fc.record({
    step: fc.nat(5),
    name: fc.constantFrom('loss', 'grad_norm', 'drop/train/rejected'),
    value: fc.double(),
  })
  fc.assert(
    fc.property(fc.array(fc.array(reading, { maxLength: 8 }), { maxLength: 4 }), (batches) => {
      const store = memoryStore()
      const { id: run } = anyRun(store)
      const last = new Map<string, { step: number; name: string; value: number }>()
      for (const batch of batches) {
        store.readings.append(run, batch)
        for (const one of batch) last.set(`${one.step} ${one.name}`, one)
      }
      const expected = [...last.values()].toSorted((a, b) => a.step - b.step || (a.name < b.name ? -1 : 1))
      // -0 is 0 in SQLite.
      const plain = expected.map((one) => ({ ...one, value: one.value === 0 ? 0 : one.value }))
      expect(store.readings.list({ run }).map((one) => ({ ...one, value: one.value === 0 ? 0 : one.value }))).toEqual(
        plain,
      )
      expect(store.readings.list({ run, after: 2, names: ['loss'] }).map(({ step }) => step)).toEqual(
        expected.filter(({ step, name }) => step > 2 && name === 'loss').map(({ step }) => step),
      )
    }),
    { numRuns: 30 },
  )
})

test('probes, their scores and samples come back as they were', () => {
  const store = memoryStore()
  const { id: run } = anyRun(store)
  const probes: Probe[] = [
    { index: 0, kind: 'train', pair: 1 as Probe['pair'], prompt: 'p', chosen: 'good', rejected: 'bad', response: null },
    {
      ...{ index: 1, kind: 'sampled', pair: null, chosen: null, rejected: null, response: '' },
      prompt: [{ role: 'user', content: 'hi' }],
    },
  ]
  store.probes.put(run, probes)
  store.probes.put(run, probes)
  expect(store.probes.list(run)).toEqual(probes)
  const scores: ProbeScore[] = [
    {
      ...{ step: 0, index: 0, chosen: { policy: -1.5, reference: NaN, tokens: 3 } },
      rejected: { policy: -Infinity, reference: -2, tokens: 4 },
    },
    { step: 10, index: 1, chosen: { policy: -7, reference: -7, tokens: 1 }, rejected: null },
  ]
  store.probes.appendScores(run, scores)
  store.probes.appendScores(run, scores)
  expect(store.probes.scores(run)).toEqual(scores)
  expect(store.probes.scores(run, 0)).toEqual(scores.slice(1))
  const samples = [
    { step: 0, index: 1, prompt: 'q', text: '' },
    { step: 5, index: 0, prompt: 'p', text: 'an answer' },
  ]
  store.samples.append(run, samples.toReversed())
  expect(store.samples.list(run)).toEqual(samples)
})

test('checkpoints: the newest one counts', () => {
  const store = memoryStore()
  const { id: run } = anyRun(store)
  expect(store.checkpoints.newest(run)).toBe(null)
  for (const step of [10, 20, 15]) store.checkpoints.add(run, step, `/${step}`)
  expect(store.checkpoints.newest(run)).toMatchObject({ step: 20, folder: '/20' })
  expect(store.checkpoints.remove(run, 20)).toBe(true)
  expect(store.runs.show(run).checkpoint).toBe(15)
})

test('reference log-probabilities belong to model, tokenizer and template; nonsense is not kept', () => {
  const store = memoryStore()
  const key = { modelHash: 'm', tokenizerHash: 't', templateHash: 'c' }
  store.references.put(key, [
    ['aa', -1.25, 3],
    ['bb', NaN, 4],
    ['cc', -Infinity, 4],
  ])
  store.references.put(key, [['dd', -3, 1]])
  expect(store.references.get(key, ['dd', 'bb', 'cc', 'aa', 'zz'])).toEqual([
    ['dd', -3, 1],
    ['aa', -1.25, 3],
  ])
  expect(store.references.get({ ...key, templateHash: 'other' }, ['aa'])).toEqual([])
})

test('models by id and name; a name is given once', () => {
  const store = memoryStore()
  const facts: Omit<Model, 'id' | 'addedAt'> = {
    ...{
      name: 'tiny',
      head: 'language',
      family: 'llama',
      parameters: 10,
      layers: 1,
      D: 2,
      heads: 1,
      kvHeads: 1,
      headDim: 2,
      F: 4,
      V: 5,
      context: 6,
    },
    ...{ tied: true, precision: 'F32', bytes: 40, location: '/m', source: 'here', licence: null, chatTemplate: false },
    ...{ modelHash: 'm', tokenizerHash: 't', templateHash: 'c', sample: false },
  }
  const model = store.models.add(facts)
  expect(model).toMatchObject(facts)
  expect(store.models.byName('tiny')).toEqual(model)
  expect(store.models.byId(model.id)).toEqual(model)
  expect(store.models.list()).toEqual([model])
  expect(() => store.models.add(facts)).toThrow('There is a model named tiny already.')
  expect(store.models.remove(model.id)).toBe(true)
  expect(store.models.byId(99 as ModelId)).toBe(null)
})
