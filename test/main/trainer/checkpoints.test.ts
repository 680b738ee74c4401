// Checkpoints on a real disk, a full one included: whole or not there, the newest two kept.
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import {
  checkpointFile,
  checkpointsIn,
  checkpointState,
  rewound,
  writeCheckpoint,
  type CheckpointTensors,
} from '../../../src/main/trainer/checkpoints.ts'
import { mountSmallDisk } from './small-disk.ts'
import { writeFolder, writeFileIn } from '../../../src/main/trainer/writing.ts'

const machine = { tensorflow: '2', backend: 'native', device: 'cpu', precision: 'float32', why: null }
const state = (step: number) => ({ step, seed: 3, settings: { beta: 0.1 }, pairsHash: 'abc', machine })

function tensors(prefix: string, size: number): CheckpointTensors {
  const read = async (name: string) => Float32Array.from({ length: size }, (_, i) => i + name.length)
  return {
    plan: [
      { name: `${prefix}/a`, shape: [size] },
      { name: `${prefix}/bc`, shape: [1, size] },
    ],
    read,
  }
}

function temporary(): string {
  const folder = mkdtempSync(join(tmpdir(), 'attune-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

test('what was written is read back, and the newest two are kept', async () => {
  const run = temporary()
  for (const step of [50, 100, 150]) await writeCheckpoint(run, state(step), tensors('w', 5), tensors('m', 4))
  expect(readdirSync(join(run, 'checkpoints'))).toEqual(['step-000100', 'step-000150'])
  const newest = (await checkpointsIn(run)).at(-1)!
  expect(newest.step).toBe(150)
  expect(await checkpointState(newest.path)).toEqual({ format: 1, ...state(150) })
  const { names, tensor } = await checkpointFile(newest.path, 'optimizer')
  expect(names).toEqual(['m/a', 'm/bc'])
  expect(await tensor('m/bc')).toEqual({ dtype: 'float32', shape: [1, 4], data: Float32Array.of(4, 5, 6, 7) })
  await expect(tensor('m/z')).rejects.toThrow(/This checkpoint has no tensor m\/z/)
})

test('a checkpoint that was cut off in writing is none', async () => {
  const run = temporary()
  await writeCheckpoint(run, state(1), tensors('w', 5), tensors('m', 4))
  mkdirSync(join(run, 'checkpoints', 'step-000002.tmp'))
  expect((await checkpointsIn(run)).map(({ step }) => step)).toEqual([1])
  await writeCheckpoint(run, state(2), tensors('w', 5), tensors('m', 4))
  expect(readdirSync(join(run, 'checkpoints'))).toEqual(['step-000001', 'step-000002'])
})

test('a run goes back to a step that is known, and later checkpoints are gone', async () => {
  const run = temporary()
  for (const step of [50, 100]) await writeCheckpoint(run, state(step), tensors('w', 5), tensors('m', 4))
  expect(await rewound(run, 75)).toMatchObject({ step: 50 })
  expect((await checkpointsIn(run)).map(({ step }) => step)).toEqual([50])
  expect(await rewound(run, null)).toBe(null)
  expect(await checkpointsIn(run)).toEqual([])
})

test('a damaged state.json is refused in one line', async () => {
  const run = temporary()
  const { path } = await writeCheckpoint(run, state(1), tensors('w', 5), tensors('m', 4))
  for (const text of ['{', '[]', '{"format": 9, "step": 1, "pairsHash": ""}']) {
    writeFileSync(join(path, 'state.json'), text)
    await expect(checkpointState(path)).rejects.toThrow(/state\.json: This checkpoint cannot be read: [^\n]+\.$/)
  }
})

test('on a full disk the checkpoint is not there, the one before is, and the line says how much was needed', async ({
  skip,
}) => {
  const run = temporary()
  if (!mountSmallDisk(run, '200k')) skip('mounting a small disk is not allowed here')
  await writeCheckpoint(run, state(50), tensors('w', 1000), tensors('m', 1000))
  const full = writeCheckpoint(run, state(100), tensors('w', 30_000), tensors('m', 10))
  await expect(full).rejects.toThrow(
    /checkpoints: The disk is full: the checkpoint of step 100 needs 241 kB, \d+ kB were left\. Free some space and resume the run: it goes on from step 50\.$/,
  )
  expect(readdirSync(join(run, 'checkpoints'))).toEqual(['step-000050'])
  expect((await checkpointFile((await checkpointsIn(run))[0]!.path, 'trained')).names).toHaveLength(2)
})

test('when writing is refused half-way, nothing of it stays and what was there before does', async () => {
  const folder = temporary()
  const to = join(folder, 'out')
  const job = { what: 'the model', bytes: 2_500_000, advice: 'Free some space' }
  await writeFolder(to, job, async (part) => writeFileIn(part, 'a', 'first'))
  async function* refused() {
    yield new Uint8Array(3)
    throw Object.assign(new Error('no space'), { code: 'ENOSPC' })
  }
  const failing = writeFolder(to, job, async (part) => writeFileIn(part, 'a', refused()))
  await expect(failing).rejects.toThrow(/The disk is full: the model needs 2\.5 MB/)
  expect(readdirSync(folder)).toEqual(['out'])
  expect(existsSync(join(to, 'a'))).toBe(true)
})
