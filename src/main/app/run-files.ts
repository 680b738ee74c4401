// The files of a run: its frozen pairs for the trainer, and its readings for others. Written whole or not at all.
import { randomUUID } from 'node:crypto'
import { mkdir, open, rename, rm } from 'node:fs/promises'
import { dirname, extname, join } from 'node:path'
import { ProblemError, type Reading, type RunId } from '#contract'
import type { TrainPair } from '../trainer/protocol.ts'

/** The run's own folder: pairs.jsonl and checkpoints/ lie in it. */
export function runFolder(home: string, run: RunId): string {
  return join(home, 'runs', String(run))
}

/** Writes the pairs that a run trains on as JSONL and returns the file. */
export async function writePairs(folder: string, pairs: readonly TrainPair[]): Promise<string> {
  const file = join(folder, 'pairs.jsonl')
  await writeWhole(
    file,
    // A strength that is left out leaves the line, and so the hash of the file, as it was before there were strengths.
    pairs.map(({ id, prompt, chosen, rejected, strength }) =>
      JSON.stringify({ id, prompt, chosen, rejected, strength }),
    ),
  )
  return file
}

/** Writes readings as JSONL, one object a step, or as CSV, one row a step and one column a name; by the file's ending. */
export async function writeReadings(to: string, readings: readonly Reading[]): Promise<void> {
  switch (extname(to).toLowerCase()) {
    case '.jsonl':
      return writeWhole(
        to,
        bySteps(readings).map(([step, values]) => JSON.stringify({ step, ...Object.fromEntries(values) })),
      )
    case '.csv': {
      const names = [...new Set(readings.map(({ name }) => name))].toSorted()
      const rows = bySteps(readings).map(([step, values]) =>
        [step, ...names.map((name) => finite(values.get(name)))].join(','),
      )
      return writeWhole(to, [['step', ...names].join(','), ...rows])
    }
    default:
      throw new ProblemError({
        code: 'bad-input',
        message: 'Readings are written as JSONL or CSV',
        where: to,
        advice: 'Give a file name that ends in .jsonl or .csv',
      })
  }
}

const finite = (value: number | undefined) => (value !== undefined && Number.isFinite(value) ? String(value) : '')

function bySteps(readings: readonly Reading[]): [number, Map<string, number>][] {
  const steps = new Map<number, Map<string, number>>()
  for (const { step, name, value } of readings) {
    const values = steps.get(step) ?? new Map<string, number>()
    steps.set(step, values.set(name, value))
  }
  return [...steps].toSorted(([a], [b]) => a - b)
}

async function writeWhole(file: string, lines: readonly string[]): Promise<void> {
  const part = join(dirname(file), `.${randomUUID()}.part`)
  try {
    await mkdir(dirname(file), { recursive: true })
    const handle = await open(part, 'wx')
    try {
      for (const line of lines) await handle.write(`${line}\n`)
      await handle.sync()
    } finally {
      await handle.close()
    }
    await rename(part, file)
  } catch (thrown) {
    await rm(part, { force: true }).catch(() => {})
    throw fileProblem(thrown, file)
  }
}

const refusals: Readonly<Record<string, [message: string, advice: string]>> = {
  ENOSPC: ['The disk is full; the file was not written', 'Free some space and try again'],
  EDQUOT: ['The disk quota is used up; the file was not written', 'Free some space and try again'],
  EACCES: ['This file may not be written', 'Give yourself write permission there'],
  EPERM: ['This file may not be written', 'Give yourself write permission there'],
  EROFS: ['This disk is read-only', 'Choose another place'],
  EISDIR: ['This is a folder', 'Give the name of a file'],
}

/** What the disk refused, as one line; a thrown value of another kind as it is. */
function fileProblem(thrown: unknown, where: string): unknown {
  const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : ''
  const known = refusals[code]
  return known ? new ProblemError({ code: 'unavailable', message: known[0], where, advice: known[1] }) : thrown
}
