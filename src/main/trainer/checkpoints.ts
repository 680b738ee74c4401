// Checkpoints: all that a run needs to go on as if it had never stopped. checkpoints/step-000050/ holds the trained weights and
// the optimiser's slots as safetensors, and state.json. The newest two are kept.
import { readFile, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { ProblemError } from '#contract'
import {
  readSafetensorsHeader,
  readTensor,
  safetensorsBytes,
  safetensorsSize,
  type HostArray,
  type TensorPlan,
} from '#ml'
import { diskSource } from './files.ts'
import type { Machine } from './protocol.ts'
import { writeFileIn, writeFolder } from './writing.ts'

const KEPT = 2
const FORMAT = 1

/** What is written besides tensors. */
export type CheckpointState = {
  format: number
  /** Updates made. It is the cursor too: the order of pairs and all random numbers follow from seed and step alone. */
  step: number
  seed: number
  settings: Record<string, unknown>
  /** sha256 of pairs.jsonl. */
  pairsHash: string
  machine: Machine
}

export type CheckpointTensors = { plan: readonly TensorPlan[]; read: (name: string) => Promise<Float32Array> }

/** Tensors by name, each read when it is asked for. */
export type NamedTensors = {
  names: string[]
  /** Null where there is no tensor of that name. */
  shape(name: string): readonly number[] | null
  tensor(name: string): Promise<HostArray>
}

export type Checkpoint = { step: number; path: string }

/**
 * Writes a checkpoint whole or not at all, then removes older ones. Rejects when the disk is full: nothing that was there
 * before is touched.
 */
export async function writeCheckpoint(
  runFolder: string,
  state: Omit<CheckpointState, 'format'>,
  trained: CheckpointTensors,
  optimizer: CheckpointTensors,
): Promise<Checkpoint> {
  const folder = join(runFolder, 'checkpoints')
  const path = join(folder, stepName(state.step))
  const text = `${JSON.stringify({ format: FORMAT, ...state }, null, 2)}\n`
  const bytes = safetensorsSize(trained.plan) + safetensorsSize(optimizer.plan) + text.length
  const before = (await checkpointsIn(runFolder)).at(-1)
  const advice = before
    ? `Free some space and resume the run: it goes on from step ${before.step}`
    : 'Free some space and resume the run: it starts again from step 0'
  await writeFolder(path, { what: `the checkpoint of step ${state.step}`, bytes, advice }, async (part) => {
    await writeFileIn(part, 'trained.safetensors', safetensorsBytes(trained.plan, trained.read))
    await writeFileIn(part, 'optimizer.safetensors', safetensorsBytes(optimizer.plan, optimizer.read))
    await writeFileIn(part, 'state.json', text)
  })
  const all = await checkpointsIn(runFolder)
  for (const old of all.slice(0, -KEPT)) await rm(old.path, { recursive: true, force: true })
  return { step: state.step, path }
}

/** The whole checkpoints of a run, oldest first. Temporary folders of a writing that was cut off are not among them. */
export async function checkpointsIn(runFolder: string): Promise<Checkpoint[]> {
  const folder = join(runFolder, 'checkpoints')
  const names = await readdir(folder).catch(() => [])
  return names
    .filter((name) => /^step-\d{6,10}$/.test(name))
    .map((name) => ({ step: Number(name.slice(5)), path: join(folder, name) }))
    .toSorted((a, b) => a.step - b.step)
}

/** The newest checkpoint up to `step`, null when there is none; later ones are removed, as the run will make them again. */
export async function rewound(runFolder: string, step: number | null): Promise<Checkpoint | null> {
  const all = await checkpointsIn(runFolder)
  const known = all.filter((one) => step !== null && one.step <= step)
  for (const later of all.slice(known.length)) await rm(later.path, { recursive: true, force: true })
  return known.at(-1) ?? null
}

/** Reads state.json of a checkpoint. Rejects with one line when it is not one of ours. */
export async function checkpointState(path: string): Promise<CheckpointState> {
  const file = join(path, 'state.json')
  const damaged = (why: string) =>
    new ProblemError({ code: 'refused', message: `This checkpoint cannot be read: ${why}`, where: file })
  const text = await readFile(file, 'utf8').catch(() => Promise.reject(damaged('state.json is missing')))
  const state = parsed(text)
  if (!state) throw damaged('state.json is damaged')
  if (state.format !== FORMAT) throw damaged(`it has format ${state.format}, this Attune knows ${FORMAT}`)
  return state
}

/** One of a checkpoint's two files, opened: nothing but its table of contents is in memory. */
export async function checkpointFile(path: string, file: 'trained' | 'optimizer'): Promise<NamedTensors> {
  const where = join(path, `${file}.safetensors`)
  const source = await diskSource(where)
  const entries = await readSafetensorsHeader(source, where)
  return {
    names: [...entries.keys()],
    shape: (name) => entries.get(name)?.shape ?? null,
    async tensor(name) {
      const entry = entries.get(name)
      if (!entry) throw new ProblemError({ code: 'refused', message: `This checkpoint has no tensor ${name}`, where })
      return { dtype: 'float32', shape: entry.shape, data: await readTensor(source, entry, `${where}: ${name}`) }
    },
  }
}

const stepName = (step: number) => `step-${String(step).padStart(6, '0')}`

function parsed(text: string): CheckpointState | null {
  try {
    const state: unknown = JSON.parse(text)
    const whole = typeof state === 'object' && state !== null && 'step' in state && 'pairsHash' in state
    return whole ? (state as CheckpointState) : null
  } catch {
    return null
  }
}
