// The files of a run: its frozen pairs for the trainer, and its readings for others. Written whole or not at all.
import { extname, join } from 'node:path'
import { ProblemError, type Reading, type RunId } from '#contract'
import type { TrainPair } from '../trainer/protocol.ts'
import { writeWhole } from './whole-file.ts'

/** The run's own folder: pairs.jsonl and checkpoints/ lie in it. */
export function runFolder(home: string, run: RunId): string {
  return join(home, 'runs', String(run))
}

/** Writes pairs of a run, by default those that it trains on, as JSONL and returns the file. */
export async function writePairs(folder: string, pairs: readonly TrainPair[], name = 'pairs'): Promise<string> {
  const file = join(folder, `${name}.jsonl`)
  await writeLines(
    file,
    // What is left out leaves the line, and so the hash of the file, as it was before it could be there.
    pairs.map(({ id, prompt, chosen, rejected, strength, expected, mark, margin }) =>
      JSON.stringify({ id, prompt, chosen, rejected, strength, expected, mark, margin }),
    ),
  )
  return file
}

/** Writes readings as JSONL, one object a step, or as CSV, one row a step and one column a name; by the file's ending. */
export async function writeReadings(to: string, readings: readonly Reading[]): Promise<void> {
  switch (extname(to).toLowerCase()) {
    case '.jsonl':
      return writeLines(
        to,
        bySteps(readings).map(([step, values]) => JSON.stringify({ step, ...Object.fromEntries(values) })),
      )
    case '.csv': {
      const names = [...new Set(readings.map(({ name }) => name))].toSorted()
      const rows = bySteps(readings).map(([step, values]) =>
        [step, ...names.map((name) => finite(values.get(name)))].join(','),
      )
      return writeLines(to, [['step', ...names].join(','), ...rows])
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

const writeLines = (file: string, lines: readonly string[]) =>
  writeWhole(
    file,
    lines.map((line) => `${line}\n`),
    { makeFolder: true },
  )
