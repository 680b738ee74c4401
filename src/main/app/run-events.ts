// Keeps what a run tells: each event goes into the store first, in one transaction, and then to the board.
import { existsSync } from 'node:fs'
import type { Alert, Model, Provenance, Reading, Run, RunId } from '#contract'
import type { JobEvents, Machine } from '../trainer/protocol.ts'
import type { AppContext } from './context.ts'
import { runJudgements } from './judgements.ts'
import { watchAlerts } from './alerts/watching.ts'
import type { TrainerEvent } from './trainer.ts'

/** Listeners hear of readings and of a run's changes at most this often, in milliseconds between two events. */
const PACE = 100

export interface RunKeeper {
  /** Stores one event and tells of it. Throws when the store refuses. */
  hear(event: TrainerEvent): void
  /** Changes the run in the store and tells of it at once, after all that waits. */
  change(part: Parameters<AppContext['store']['runs']['update']>[1]): Run
  /** Tells what still waits. */
  flush(): void
}

/** What a run pins that the app knows: its model, the name of its frozen pairs, whether blocks are made again. */
export type Pinned = { model: Model; versionHash: string; outOfDomainHash?: string; recompute: boolean }

/** The keeper of one run while the trainer works on it. */
export function keepRun(context: AppContext, id: RunId, pinned: Pinned): RunKeeper {
  const { store, board } = context
  const readings = paced((all: Reading[][]) => board.publish('runs.read', { run: id, readings: all.flat() }))
  const changes = paced(() => board.publish('runs.changed', store.runs.show(id)))

  const alerts = watchAlerts(store, id)

  const quietly = (part: Parameters<typeof store.runs.update>[1]) => {
    store.runs.update(id, part)
    changes.add(null)
  }

  function read(data: JobEvents['read']): void {
    const run = store.runs.show(id)
    const newest = Math.max(...data.readings.map(({ step }) => step))
    const moves = newest > run.step || run.status === 'preparing'
    const alerted = store.transaction(() => {
      store.readings.append(id, data.readings)
      if (moves)
        store.runs.update(id, {
          step: Math.max(run.step, newest),
          status: run.status === 'preparing' ? 'running' : run.status,
        })
      return alerts.hear({ readings: data.readings })
    })
    readings.add(data.readings)
    if (moves) changes.add(null)
    tellAlerts(alerted)
    if (data.readings.some(({ name }) => name.startsWith('drop/') || name.startsWith('dispersion/'))) judge(run)
  }

  function sampled({ samples }: JobEvents['sampled']): void {
    const alerted = store.transaction(() => {
      store.samples.append(id, samples)
      return alerts.hear({ samples })
    })
    board.publish('runs.sampled', { run: id, samples })
    tellAlerts(alerted)
  }

  function tellAlerts(alerted: readonly Alert[]): void {
    for (const alert of alerted) board.publish('runs.alerted', alert)
    if (alerted.length > 0) changes.add(null)
  }

  function judge(run: Run): void {
    board.publish('runs.judged', {
      run: id,
      judgements: runJudgements(run, (names) => store.readings.list({ run: id, names })),
    })
  }

  function started(data: JobEvents['started']): void {
    const run = store.runs.show(id)
    const { machine, steps, step, leftOut } = data
    const notes = leftOut.length === 0 ? run.notes : withRemark(run.notes, leftOutRemark(leftOut))
    alerts.planned(steps)
    quietly({ steps, step, notes, provenance: provenance(context.version, machine, pinned) })
  }

  function checkpointed({ step, folder }: JobEvents['checkpointed']): void {
    store.transaction(() => {
      store.checkpoints.add(id, step, folder)
      for (const old of store.checkpoints.list(id)) if (!existsSync(old.folder)) store.checkpoints.remove(id, old.step)
    })
    changes.add(null)
  }

  function hear(event: TrainerEvent): void {
    switch (event.name) {
      case 'doing':
        return quietly({ doing: event.data.text === '' ? null : event.data.text })
      case 'started':
        return started(event.data)
      case 'referenced':
        return store.references.put(pinned.model, event.data.entries)
      case 'probed':
        store.probes.put(id, event.data.probes)
        return board.publish('runs.probed', { run: id, probes: event.data.probes })
      case 'read':
        return read(event.data)
      case 'scored':
        store.probes.appendScores(id, event.data.scores)
        return board.publish('runs.scored', { run: id, scores: event.data.scores })
      case 'sampled':
        return sampled(event.data)
      case 'checkpointed':
        return checkpointed(event.data)
      case 'pace':
        return quietly({ throughput: event.data.throughput, secondsLeft: event.data.secondsLeft })
      case 'answered':
      case 'measured':
        // No run tells this.
        return
    }
  }

  const flush = () => {
    readings.flush()
    changes.flush()
  }
  return {
    hear,
    flush,
    change(part) {
      flush()
      const run = store.runs.update(id, part)
      board.publish('runs.changed', run)
      return run
    },
  }
}

function provenance(app: string, machine: Machine, pinned: Pinned): Provenance {
  const { tensorflow, backend, device, precision, precisionWhy } = machine
  const { model, versionHash, outOfDomainHash, recompute } = pinned
  const { modelHash, tokenizerHash, templateHash } = model
  return {
    ...{ app, tensorflow, backend, device, precision, precisionWhy, recompute },
    ...{ modelHash, tokenizerHash, templateHash, setVersionHash: versionHash, outOfDomainHash },
  }
}

function leftOutRemark(leftOut: JobEvents['started']['leftOut']): string {
  const named = leftOut.slice(0, 10).map(({ pair, reason }) => `pair ${pair} (${reason})`)
  const rest = leftOut.length > named.length ? ` and ${leftOut.length - named.length} more` : ''
  return `${leftOut.length === 1 ? '1 pair was' : `${leftOut.length} pairs were`} left out: ${named.join('; ')}${rest}.`
}

/** A resumed run leaves the same pairs out: it is said once. */
function withRemark(notes: string, remark: string): string {
  if (notes.includes(remark)) return notes
  return notes === '' ? remark : `${notes}\n\n${remark}`
}

/** Gathers what is added and hands it on at most every PACE milliseconds; the first at once. */
function paced<T>(give: (gathered: T[]) => void): { add(item: T): void; flush(): void } {
  let gathered: T[] = []
  let timer: NodeJS.Timeout | null = null
  const flush = () => {
    if (timer) clearTimeout(timer)
    timer = null
    if (gathered.length === 0) return
    const all = gathered
    gathered = []
    give(all)
  }
  return {
    add(item) {
      gathered.push(item)
      if (timer) return
      const all = gathered
      gathered = []
      timer = setTimeout(flush, PACE)
      timer.unref()
      give(all)
    },
    flush,
  }
}
