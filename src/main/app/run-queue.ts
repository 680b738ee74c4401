// Runs, one at a time: hands the next to the trainer, follows it to its end, and says how it ended whatever happened.
import { ProblemError, problemLine, problemOf, type Model, type ParsedSettings, type Run, type RunId } from '#contract'
import type { TrainJob } from '../trainer/protocol.ts'
import { beginningFolder } from './kept-checkpoints.ts'
import type { AppContext } from './context.ts'
import { askKeeping } from './keeping.ts'
import { availableMemory, memoryPlan } from './memory-plan.ts'
import { placeOf } from './policies.ts'
import { keepRun, type RunKeeper } from './run-events.ts'
import { policyOrigins } from './policy-origins.ts'
import { runFolder, writePairs } from './run-files.ts'
import { rewardModelOf } from './run-request.ts'
import { TrainerDied } from './trainer.ts'
import { unitTokens } from './unit-tokens.ts'

export interface RunQueue {
  /** Puts a run at the end of the queue. It starts when those before it have ended. */
  add(run: RunId): void
  /** Ends a run: a waiting one at once, the running one with a checkpoint. False when it is neither. */
  stop(run: RunId): boolean
  has(run: RunId): boolean
  /** Leaves the running and the waiting runs interrupted. What the trainer still says is not heard. */
  close(): void
}

type Active = { id: RunId; abort: AbortController; keeper: RunKeeper | null }

/** The queue of an app. Nothing is thrown out of it: how a run ended is in the store. */
export function openRunQueue(context: AppContext): RunQueue {
  const { store } = context
  const waiting: RunId[] = []
  let active: Active | null = null
  let closed = false

  const next = () => {
    if (active || closed) return
    const id = waiting.shift()
    if (id === undefined) return
    const own: Active = { id, abort: new AbortController(), keeper: null }
    active = own
    void follow(own).finally(() => {
      active = null
      next()
    })
  }

  async function follow(own: Active): Promise<void> {
    try {
      const change = await work(own)
      if (!closed) own.keeper?.change({ ...change, endedAt: now() })
    } catch (thrown) {
      if (!closed) end(own.id, thrown, own.abort.signal.aborted)
    }
  }

  /** Runs one run to its end. Rejects when it fails; the trainer's own refusal comes through as it is. */
  async function work(own: Active): Promise<Parameters<RunKeeper['change']>[0]> {
    const run = store.runs.show(own.id)
    const model = modelOf(run)
    const frozen = store.sets.frozen(store.runs.setVersion(run.id))
    if (!frozen) throw new Error(`The frozen pairs of run ${run.id} are missing from the store`)
    const recompute = recomputeOf(run, model, frozen.pairs)
    const outOfDomain = store.sets.frozen(store.runs.outOfDomainVersion(run.id) ?? 0)
    const pinned = { model, versionHash: frozen.hash, outOfDomainHash: outOfDomain?.hash, recompute }
    const keeper = (own.keeper = keepRun(context, run.id, pinned))
    keeper.change({
      status: 'preparing',
      reason: null,
      endedAt: null,
      startedAt: run.startedAt ?? now(),
      doing: 'starting',
    })
    const folder = runFolder(context.home, run.id)
    const settings = run.settings as ParsedSettings
    const rewardModel = rewardModelOf(store, model, settings)
    const job: TrainJob = {
      ...placeOf(model),
      rewardModel: rewardModel && placeOf(rewardModel),
      method: run.method,
      settings,
      recompute,
      seed: run.seed,
      pairsFile: await writePairs(folder, frozen.pairs),
      origins: policyOrigins(context, frozen.versionId, model),
      outOfDomainFile: outOfDomain && (await writePairs(folder, outOfDomain.pairs, 'out-of-domain')),
      folder,
      begin: beginningFolder(context.home, run),
      resumeFrom: store.checkpoints.newest(run.id)?.step ?? null,
    }
    try {
      const { status, step, throughput } = await askKeeping(context.trainer, 'train', job, {
        keep: (event) => closed || keeper.hear(event),
        known: (hashes) => (closed ? [] : store.references.get(model, hashes)),
        signal: own.abort.signal,
      })
      // A run that was stopped before it got anywhere keeps the pace it had before.
      return { status, step, ...(throughput.pairsPerSecond > 0 ? { throughput } : {}) }
    } finally {
      if (!closed) keeper.flush()
    }
  }

  /** As it was when the run began, else by the memory that there is now. */
  function recomputeOf(run: Run, model: Model, pairs: Parameters<typeof unitTokens>[0]): boolean {
    const sizes = { unitTokens: unitTokens(pairs, model, run.settings), available: availableMemory() }
    return run.provenance?.recompute ?? memoryPlan(model, run.settings as ParsedSettings, sizes).recompute
  }

  function modelOf(run: Run): Model {
    const model = store.models.byId(run.model.id)
    if (model) return model
    throw new ProblemError({
      code: 'not-found',
      message: `The model ${run.model.name} is no longer here`,
      where: `run ${run.id}`,
      advice: 'Add it again and start a new run',
    })
  }

  function end(id: RunId, thrown: unknown, stopped: boolean): void {
    const problem = problemOf(thrown)
    const status =
      thrown instanceof TrainerDied ? 'interrupted' : problem.code === 'cancelled' && stopped ? 'stopped' : 'failed'
    try {
      const run = store.runs.update(id, {
        status,
        reason: status === 'stopped' ? null : problemLine(problem),
        endedAt: now(),
      })
      context.board.publish('runs.changed', run)
    } catch (refused) {
      console.error(`How run ${id} ended could not be kept: ${problemOf(refused).message}`)
    }
  }

  const change = (id: RunId, part: Parameters<typeof store.runs.update>[1]) =>
    context.board.publish('runs.changed', store.runs.update(id, part))

  return {
    add(id) {
      waiting.push(id)
      next()
    },
    stop(id) {
      const place = waiting.indexOf(id)
      if (place >= 0) {
        waiting.splice(place, 1)
        change(id, { status: 'stopped', endedAt: now() })
        return true
      }
      if (active?.id !== id) return false
      if (!active.abort.signal.aborted) {
        change(id, { status: 'stopping', doing: 'writing a checkpoint' })
        active.abort.abort()
      }
      return true
    },
    has: (id) => active?.id === id || waiting.includes(id),
    close() {
      closed = true
      active?.keeper?.flush()
      const reason = 'Attune was closed while it ran.'
      for (const id of [...(active ? [active.id] : []), ...waiting.splice(0)])
        change(id, { status: 'interrupted', reason, endedAt: now() })
    },
  }
}

const now = () => new Date().toISOString()
