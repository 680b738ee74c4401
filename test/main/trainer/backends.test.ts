// The tensor backends: one copy of tfjs for ml and for them, the kernel that wasm lacks, and the same run on each.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { tf } from '#ml'
import { loadBackend } from '../../../src/main/trainer/engine/backend.ts'
import { openRunHome, over, request, tinySettings } from '../app/run-home.ts'

test('a backend that the engine loads is the one that ml computes on', async () => {
  process.env.ATTUNE_BACKEND = 'wasm'
  const { backend, tensorflow, why } = await loadBackend()
  expect([backend, why]).toEqual(['wasm', null])
  expect(tensorflow).toMatch(/^tfjs 4\.22\.0 \(wasm\)$/)
  expect(tf.getBackend()).toBe('wasm')
})

test('rows are summed into their segments on wasm as on cpu, ids outside left out', async () => {
  const sums = () =>
    tf.tidy(() => {
      const x = tf.tensor2d([1, 2, 3, 4, 5, 6, 7, 8], [4, 2])
      const ids = tf.tensor1d([2, 0, 2, -1], 'int32')
      return tf.unsortedSegmentSum(x, ids, 3).arraySync()
    })
  await tf.setBackend('wasm')
  const before = tf.memory().numTensors
  const own = sums()
  expect(tf.memory().numTensors).toBe(before)
  await tf.setBackend('cpu')
  expect(own).toEqual([
    [3, 4],
    [0, 0],
    [6, 8],
  ])
  expect(sums()).toEqual(own)
})

test('a run on wasm gives the losses of the same run on the best backend', async () => {
  const losses: number[][] = []
  for (const backend of ['wasm', undefined]) {
    if (backend) process.env.ATTUNE_BACKEND = backend
    else delete process.env.ATTUNE_BACKEND
    const home = await openRunHome()
    const run = await home.runs.handlers['runs.start'](request({ ...tinySettings, lora_dropout: 0.1 }))
    const ended = await home.until(run.id, ...over)
    expect([ended.status, ended.reason]).toEqual(['finished', null])
    if (backend) expect(ended.provenance?.backend).toBe(backend)
    losses.push(home.context.store.readings.list({ run: run.id, names: ['loss'] }).map(({ value }) => value))
    await home.close()
  }
  expect(losses[0]).toHaveLength(12)
  for (const [i, loss] of losses[0]!.entries()) expect(loss).toBeCloseTo(losses[1]![i]!, 4)
})

test('op by op a run in bfloat16 is refused, and so is going on with one that began so', async () => {
  process.env.ATTUNE_BACKEND = 'wasm'
  const home = await openRunHome()
  try {
    const refusal = /^setting precision: Products in bfloat16 need recorded graphs .* \(wasm\)\. [^\n]+npm run setup\.$/
    const refused = await home.runs.handlers['runs.start'](request({ ...tinySettings, precision: 'bfloat16' }))
    expect((await home.until(refused.id, ...over)).reason).toMatch(refusal)

    const run = await home.runs.handlers['runs.start'](request({ ...tinySettings, precision: 'auto' }))
    await home.untilRead(run.id, 'loss', 5)
    home.port().kill()
    const dead = await home.until(run.id, ...over)
    expect(dead.provenance).toMatchObject({ backend: 'wasm', precision: 'float32' })
    const { folder } = home.context.store.checkpoints.newest(run.id)!
    const file = join(folder, 'state.json')
    writeFileSync(file, readFileSync(file, 'utf8').replace('"precision": "float32"', '"precision": "bfloat16"'))
    await home.runs.handlers['runs.resume']({ run: run.id })
    expect((await home.until(run.id, 'failed', 'finished')).reason).toMatch(refusal)
  } finally {
    delete process.env.ATTUNE_BACKEND
    await home.close()
  }
})
