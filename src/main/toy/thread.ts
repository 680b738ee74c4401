// The thread that runs the toy: one piece of work, told while it goes on, then its end. It never waits and is never waited for, so whoever
// started it may end it at any time.
import { parentPort, workerData } from 'node:worker_threads'
import { cellKinds, figuresOf, pairsAt, spreads, ToyDiverged, toyRun, type ToySettings } from '#ml/toy'
import type { Problem, ToyFigures, ToyGridCell, ToyRecord, ToyStep, ToyValues } from '#contract'
import type { FromToy, ToyAsked, ToyWork } from './protocol.ts'

/** Milliseconds between two tellings. */
const PACE = 100

const tell = (message: FromToy) => parentPort?.postMessage(message)

/** The contract's check has given each setting that is read; a model or method reads no other. */
const typed = (settings: ToyValues) => settings as ToySettings

/** Six digits: a long run's tables go through two processes as text. */
const short = (value: number) => Number(value.toPrecision(6))

function run({ settings, seed }: ToyWork['run']['in']): ToyWork['run']['out'] {
  const began = performance.now()
  const kinds = cellKinds(typed(settings))
  tell({ type: 'started' })
  const records: ToyRecord[] = []
  let news: ToyStep[] = []
  let told = 0
  const tellNews = () => {
    const newest = records.at(-1)
    if (newest && news.length > 0) tell({ type: 'recorded', kinds, steps: news, logProbs: newest.logProbs })
    news = []
    told = performance.now()
  }
  try {
    for (const { step, readings, logProbs } of toyRun(typed(settings), seed)) {
      records.push({ step, readings, logProbs: logProbs.map(short) })
      news.push({ step, readings })
      if (performance.now() - told >= PACE) tellNews()
    }
  } finally {
    tellNews()
  }
  return {
    ...{ settings, seed, kinds, records, pairs: [...pairsAt(0, typed(settings), seed)] },
    figures: figuresOf(records) as ToyFigures,
    seconds: (performance.now() - began) / 1000,
  }
}

function grid({ settings, seeds, cells }: ToyWork['grid']['in']): ToyWork['grid']['out'] {
  const began = performance.now()
  let done = 0
  const of = cells.length * seeds.length
  const figuresAt = (cell: ToyValues, seed: number): ToyFigures | null => {
    tell({ type: 'counted', done: done++, of })
    try {
      return figuresOf([...toyRun(typed(cell), seed, { withGeometry: false })]) as ToyFigures
    } catch (thrown) {
      if (thrown instanceof ToyDiverged) return null
      throw thrown
    }
  }
  const ran = cells.map(({ varied, settings: cell }): ToyGridCell => {
    const runs = seeds.map((seed) => ({ seed, figures: figuresAt(cell, seed) }))
    return { varied, runs, spreads: spreads(runs.flatMap(({ figures }) => figures ?? [])) }
  })
  return { settings, seeds, cells: ran, seconds: (performance.now() - began) / 1000 }
}

function problemOf(thrown: unknown): Problem {
  if (thrown instanceof ToyDiverged)
    return {
      code: 'refused',
      message: thrown.message,
      where: `step ${thrown.step}`,
      advice: 'Lower the learning rate, or take another optimiser',
    }
  const message = thrown instanceof Error ? thrown.message : String(thrown)
  return { code: 'refused', message, where: 'toy' }
}

try {
  const asked = workerData as ToyAsked
  tell({ type: 'done', out: asked.name === 'run' ? run(asked.in) : grid(asked.in) })
} catch (thrown) {
  tell({ type: 'failed', problem: problemOf(thrown) })
}
