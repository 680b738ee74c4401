// A policy that was named, looked up: where its model lies, and the checkpoint of the run that tuned it.
import { existsSync } from 'node:fs'
import { isOver, methods, ProblemError, type Model, type ParsedSettings, type PolicyName, type Run } from '#contract'
import type { ModelPlace, Policy } from '../trainer/protocol.ts'
import type { AppContext } from './context.ts'
import { modelNamed } from './names.ts'

export type FoundPolicy = {
  /** As a person calls it. */
  label: string
  /** The model itself, or the one that was tuned. */
  model: Model
  policy: Policy
  /** The run and the step of its checkpoint; null of a model as it was added. */
  tuned: { run: Run; step: number } | null
}

/** One that answers. @throws ProblemError as `foundPolicy`, and for a reward model, which only scores */
export function answeringPolicy(context: AppContext, name: PolicyName): FoundPolicy {
  const { store } = context
  const { name: label, scores } =
    'model' in name ? scorer(modelNamed(store, name.model)) : scoringRun(store.runs.show(name.run))
  if (scores)
    throw new ProblemError({
      code: 'refused',
      message: `${'model' in name ? 'A reward model' : 'This run made a reward model, which'} scores answers and gives none`,
      where: label,
      advice: 'Name the model that it was made of, or a run of another method',
    })
  return foundPolicy(context, name)
}

const scorer = ({ name, head }: Model) => ({ name, scores: head === 'reward' })
const scoringRun = ({ name, method }: Run) => ({ name, scores: methods[method].learns === 'rewards' })

/** @throws ProblemError when there is no such model or run, its model is gone, or the run has no checkpoint */
export function foundPolicy({ store }: AppContext, name: PolicyName): FoundPolicy {
  if ('model' in name) {
    const model = modelNamed(store, name.model)
    return { label: model.name, model, policy: { ...placeOf(model), tuned: null }, tuned: null }
  }
  const run = store.runs.show(name.run)
  const model = modelOf(store, run)
  const checkpoint = store.checkpoints.newest(run.id)
  if (!checkpoint || !existsSync(checkpoint.folder)) throw nothingToLoad(run)
  const tuned = { checkpoint: checkpoint.folder, settings: run.settings as ParsedSettings }
  return {
    ...{ label: run.name, model, policy: { ...placeOf(model), tuned } },
    tuned: { run, step: checkpoint.step },
  }
}

/** The model that a run tunes. @throws ProblemError when it is no longer here */
export function modelOf(store: AppContext['store'], run: Run): Model {
  const model = store.models.byId(run.model.id)
  if (model) return model
  throw new ProblemError({
    code: 'not-found',
    message: `The model ${run.model.name} of this run is no longer here`,
    where: `run ${run.name}`,
    advice: 'Add it again',
  })
}

/** Why a run of which no weights are left is refused. */
export function nothingToLoad({ name }: Run): ProblemError {
  return new ProblemError({
    code: 'conflict',
    message: 'This run has no checkpoint, so there is nothing to load',
    where: `run ${name}`,
    advice: 'Resume it first',
  })
}

/** @throws ProblemError when the run goes on: another checkpoint may take the place of the newest before it is read */
export function refuseGoing(run: Run): void {
  if (isOver(run.status)) return
  throw new ProblemError({
    code: 'conflict',
    message: 'This run is still going',
    where: `run ${run.name}`,
    advice: 'Stop it first, or wait for its end',
  })
}

/** Where a model lies and what it was when it was added. */
export function placeOf({ location, modelHash, tokenizerHash, templateHash }: Model): ModelPlace {
  return { model: location, expected: { modelHash, tokenizerHash, templateHash } }
}
