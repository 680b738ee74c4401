// Evaluations: started, followed to their end, listed, compared, forgotten.
import { rmSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import {
  ProblemError,
  problemLine,
  problemOf,
  type Evaluation,
  type EvaluationId,
  type EvaluationRequest,
  type Handlers,
  type JobId,
} from '#contract'
import type { EvaluateJob } from '../trainer/protocol.ts'
import type { AppContext } from './context.ts'
import { comparedItems, readyEvaluation, type ReadyEvaluation } from './evaluation-request.ts'
import { itemPage } from './evaluation-items.ts'
import { pacedProgress, type JobProgress } from './jobs.ts'
import { placeOf, type FoundPolicy } from './policies.ts'
import { writePairs } from './run-files.ts'
import type { TrainerEvent } from './trainer.ts'

export interface Evaluations {
  handlers: Pick<Handlers, Extract<keyof Handlers, `evaluations.${string}`>>
  /** Calls those that still run failed. What the trainer still says is not heard. */
  close(): void
}

export function openEvaluations(context: AppContext): Evaluations {
  const { store, board, jobs, trainer } = context
  const folder = join(context.home, 'evaluations')
  // Of those that ended with the process before.
  rmSync(folder, { recursive: true, force: true })
  let closed = false

  const changed = (evaluation: Evaluation) => {
    board.publish('evaluations.changed', evaluation)
    return evaluation
  }

  async function start(request: EvaluationRequest): Promise<Evaluation[]> {
    const ready = await readyEvaluation(context, request)
    const { policies, set, version, positions, options } = ready
    const made = store.transaction(() =>
      policies.map(({ label, model, tuned }) =>
        store.evaluations.create({
          label,
          policy: {
            ...{ model: model.name, run: tuned?.run.id ?? null, step: tuned?.step ?? null },
            ...{ modelHash: model.modelHash, tokenizerHash: model.tokenizerHash, templateHash: model.templateHash },
          },
          ...{ setName: set.name, setVersion: version.versionId, pairs: positions.length, options },
        }),
      ),
    )
    const title = `Evaluate ${policies.map(({ label }) => label).join(' and ')}`
    const work = jobs.run(title, (progress, signal, job) => evaluateAll(ready, made, { progress, signal, job }))
    // How each ended is in the store, and in the list of jobs.
    work.catch(() => {})
    return made.map(({ id }) => changed(store.evaluations.show(id)))
  }

  type Working = { progress: JobProgress; signal: AbortSignal; job: JobId }

  /** One after the other. A failure of one does not hinder the next; the first is told at the end. */
  async function evaluateAll(ready: ReadyEvaluation, made: readonly Evaluation[], working: Working): Promise<void> {
    const place = join(folder, String(made[0]!.id))
    for (const { id } of made)
      changed(store.evaluations.tell(id, { doing: 'waiting', progress: null, job: working.job }))
    let failure: unknown = null
    try {
      const pairsFile = await writePairs(
        place,
        ready.positions.map((position) => ready.version.pairs[position]!),
      )
      for (const [i, { id }] of made.entries()) {
        const progress = pacedProgress((doing, share) => {
          working.progress(doing, share === null ? null : (i + share) / made.length)
          changed(store.evaluations.tell(id, { doing, progress: share, job: working.job }))
        })
        await evaluateOne(ready, ready.policies[i]!, { id, pairsFile, ...working, progress }).catch(
          (thrown: unknown) => {
            failure ??= thrown
            if (!closed) end(id, thrown, working.signal.aborted)
          },
        )
      }
    } catch (thrown) {
      failure = thrown
      if (!closed) for (const { id } of made) end(id, thrown, working.signal.aborted)
    } finally {
      await rm(place, { recursive: true, force: true })
    }
    if (failure) throw failure as Error
  }

  async function evaluateOne(
    { options, positions, rewardModel: judge }: ReadyEvaluation,
    { model, policy }: FoundPolicy,
    { id, pairsFile, progress, signal }: Working & { id: EvaluationId; pairsFile: string },
  ): Promise<void> {
    const { likelihoods, checker, answers, temperature, maxTokens, seed } = options
    const rewardModel = judge && placeOf(judge)
    const job: EvaluateJob = {
      ...{ policy, pairsFile, likelihoods, checker, rewardModel },
      ...{ answers, temperature, maxTokens, seed },
    }
    const onEvent = ({ name, data }: TrainerEvent) => {
      if (closed) return
      if (name === 'doing') progress(data.text, data.progress)
      if (name === 'referenced') store.references.put(model, data.entries)
    }
    const known = (hashes: readonly string[]) => (closed ? [] : store.references.get(model, hashes))
    const { items, figures, leftOut, machine } = await trainer.ask('evaluate', job, { onEvent, known, signal })
    if (closed) return
    const { backend, device, precision } = machine
    const placed = items.map((item, i) => ({ ...item, position: positions[i]! }))
    changed(store.evaluations.finish(id, { items: placed, figures, leftOut, machine: { backend, device, precision } }))
  }

  function end(id: EvaluationId, thrown: unknown, stopped: boolean): void {
    if (store.evaluations.show(id).status !== 'running') return
    const problem = problemOf(thrown)
    const cancelled = stopped && problem.code === 'cancelled'
    changed(store.evaluations.end(id, cancelled ? 'cancelled' : 'failed', cancelled ? null : problemLine(problem)))
  }

  function remove(id: EvaluationId): Record<string, never> {
    const { status, label } = store.evaluations.show(id)
    if (status === 'running')
      throw new ProblemError({
        code: 'conflict',
        message: 'This evaluation is still going',
        where: `evaluation of ${label}`,
        advice: 'Cancel it first',
      })
    store.evaluations.remove(id)
    board.publish('evaluations.removed', { evaluation: id })
    return {}
  }

  return {
    handlers: {
      'evaluations.start': start,
      'evaluations.list': () => store.evaluations.list(),
      'evaluations.show': ({ evaluation }) => store.evaluations.show(evaluation),
      'evaluations.compare': async ({ a, b }) => {
        const { incomparable, ...items } = comparedItems(context, a, b)
        return { ...(await trainer.ask('compare', { ...items, sameTokens: incomparable === null })), incomparable }
      },
      'evaluations.items': (page) => itemPage(context, page),
      'evaluations.remove': ({ evaluation }) => remove(evaluation),
    },
    close() {
      closed = true
      store.evaluations.failAll('Attune was closed while it ran.')
    },
  }
}
