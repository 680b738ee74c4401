// Runs: started, stopped, resumed, shown, carried away.
import { existsSync } from 'node:fs'
import { readdir, rm } from 'node:fs/promises'
import { basename } from 'node:path'
import { ProblemError, type Handlers, type ParsedSettings, type Run, type RunId, type RunRequest } from '#contract'
import { alertsOf } from './alerts/watching.ts'
import { withBeginning } from './beginning.ts'
import { checkerSettled } from './checker-settings.ts'
import type { AppContext } from './context.ts'
import { estimateRun, plannedRun } from './estimate.ts'
import { trainerProgress } from './jobs.ts'
import { runJudgements } from './judgements.ts'
import { runFolder, writeReadings } from './run-files.ts'
import { openRunQueue } from './run-queue.ts'
import { outOfDomainVersion } from './out-of-domain.ts'
import { labelsTrained, readyRequest } from './run-request.ts'
import { runTokens } from './run-tokens.ts'

export interface Runs {
  handlers: Pick<Handlers, Extract<keyof Handlers, `runs.${string}`>>
  /** Leaves the runs under way interrupted. */
  close(): Promise<void>
}

export function openRuns(context: AppContext): Runs {
  const { store, board } = context
  const queue = openRunQueue(context)

  async function start(request: RunRequest): Promise<Run> {
    const ready = readyRequest(context, request)
    if (request.parent !== null) store.runs.show(request.parent)
    const settings = await checkerSettled(context, ready.settings)
    const { model, set, leaveOut, beginning } = ready
    const { versionId, pairs } = store.sets.freeze(set.id, { labels: labelsTrained(settings), leaveOut })
    const asked = {
      name: request.name ?? freeName(`${model.name} on ${set.name}`, store.runs.list()),
      method: request.method,
      model: { id: model.id, name: model.name },
      set: { id: set.id, name: set.name, pairs: pairs.length },
      setVersion: versionId,
      outOfDomainVersion: outOfDomainVersion(context, ready),
      settings: settings as Run['settings'],
      seed: request.seed,
      steps: plannedRun(pairs.length, settings).steps,
      parent: request.from?.run ?? request.parent,
      parentStep: request.from?.step ?? null,
      provenance: null,
    }
    const create = () => store.runs.create(asked)
    const run = beginning ? await withBeginning(context, beginning, create) : create()
    board.publish('runs.changed', run)
    queue.add(run.id)
    return store.runs.show(run.id)
  }

  function resume(id: RunId): Run {
    const run = store.runs.show(id)
    if (queue.has(id)) throw conflict(run, 'This run is already going')
    if (run.status === 'finished') throw conflict(run, 'This run is finished', 'Start a new one with more steps')
    board.publish('runs.changed', store.runs.update(id, { status: 'queued', reason: null, endedAt: null }))
    queue.add(id)
    return store.runs.show(id)
  }

  async function remove(id: RunId): Promise<Record<string, never>> {
    const run = store.runs.show(id)
    if (queue.has(id)) throw conflict(run, 'This run is still going', 'Stop it first')
    await rm(runFolder(context.home, id), { recursive: true, force: true })
    store.runs.remove(id)
    board.publish('runs.removed', { run: id })
    return {}
  }

  async function carry(id: RunId, format: 'peft' | 'merged', to: string): Promise<{ folder: string }> {
    const run = store.runs.show(id)
    if (queue.has(id)) throw conflict(run, 'This run is still going', 'Stop it first, or wait for its end')
    const checkpoint = store.checkpoints.newest(id)
    if (!checkpoint || !existsSync(checkpoint.folder))
      throw conflict(run, 'This run has no checkpoint, so there is nothing to carry away', 'Resume it first')
    const model = store.models.byId(run.model.id)
    if (!model) throw new ProblemError({ code: 'not-found', message: `The model ${run.model.name} is no longer here` })
    if (existsSync(to) && (await readdir(to).catch(() => ['a file'])).length > 0)
      throw new ProblemError({
        code: 'conflict',
        message: 'There is something in this place already',
        where: to,
        advice: 'Give the name of a folder that is new or empty',
      })
    return context.jobs.run(`Export ${run.name} to ${basename(to)}`, (progress, signal) =>
      context.trainer.ask(
        'export',
        {
          model: model.location,
          checkpoint: checkpoint.folder,
          settings: run.settings as ParsedSettings,
          format,
          to,
          baseName: model.location,
        },
        { signal, onEvent: trainerProgress(progress) },
      ),
    )
  }

  const handlers: Runs['handlers'] = {
    'runs.estimate': (request) => estimateRun(context, readyRequest(context, request)),
    'runs.start': start,
    'runs.stop': ({ run }) => {
      if (!queue.stop(run)) throw conflict(store.runs.show(run), 'This run is not going')
      return store.runs.show(run)
    },
    'runs.resume': ({ run }) => resume(run),
    'runs.list': () => store.runs.list(),
    'runs.show': ({ run: id }) => {
      const run = store.runs.show(id)
      return {
        run,
        judgements: runJudgements(run, (names) => store.readings.list({ run: id, names })),
        probes: store.probes.list(id),
        samples: store.samples.list(id),
        leftOut: store.sets.leftOut(store.runs.setVersion(id)),
        checkpoints: store.checkpoints.list(id).map(({ step }) => step),
      }
    },
    'runs.readings': ({ run, after, names }) => store.readings.list({ run: known(run), after, names }),
    'runs.alerts': ({ run }) => alertsOf(store, known(run)),
    'runs.scores': ({ run, after }) => store.probes.scores(known(run), after),
    'runs.tokens': (asked) => runTokens(context, asked),
    'runs.note': ({ run, ...change }) => {
      const changed = store.runs.update(run, change)
      board.publish('runs.changed', changed)
      return changed
    },
    'runs.remove': ({ run }) => remove(run),
    'runs.export': ({ run, format, to }) => carry(run, format, to),
    'runs.write-readings': async ({ run, to }) => {
      const readings = store.readings.list({ run: known(run) })
      await writeReadings(to, readings)
      return { file: to, readings: readings.length }
    },
  }
  const known = (id: RunId) => store.runs.show(id).id

  return {
    handlers,
    async close() {
      queue.close()
    },
  }
}

function conflict(run: Run, message: string, advice?: string): ProblemError {
  return new ProblemError({ code: 'conflict', message, where: `run ${run.name}`, advice })
}

function freeName(wanted: string, runs: readonly Run[]): string {
  const taken = new Set(runs.map(({ name }) => name))
  for (let n = 1; ; n++) {
    const name = n === 1 ? wanted : `${wanted} ${n}`
    if (!taken.has(name)) return name
  }
}
