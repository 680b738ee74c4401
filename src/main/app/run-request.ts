// What a run is asked for, looked up and checked before anything is stored.
import { parseSettings, ProblemError, type Model, type PairSet, type ParsedSettings, type RunRequest } from '#contract'
import type { AppContext } from './context.ts'

/** Fewer chosen pairs than this are no training set. */
const LEAST_PAIRS = 2

/** A request with its names looked up and its settings complete. */
export type ReadyRequest = { request: RunRequest; model: Model; set: PairSet; settings: ParsedSettings }

/** Looks up what a request names. @throws ProblemError when a name is unknown, a setting is refused or pairs are too few */
export function readyRequest({ store }: AppContext, request: RunRequest): ReadyRequest {
  const model = modelNamed(store, request.model)
  const set = setNamed(store, request.set)
  const settings = parseSettings(request.method, request.settings)
  if (set.chosen < LEAST_PAIRS)
    throw new ProblemError({
      code: 'refused',
      message: `A run needs at least ${LEAST_PAIRS} pairs with a chosen answer, this set has ${set.chosen}`,
      where: `set ${set.name}`,
      advice: 'Label more of its pairs',
    })
  return { request, model, set, settings }
}

/** @throws ProblemError `not-found`, naming those that there are */
export function modelNamed({ models }: AppContext['store'], name: string): Model {
  const found = models.byName(name)
  if (found) return found
  throw unknown('model', name, models.list())
}

/** @throws ProblemError `not-found`, naming those that there are */
export function setNamed({ sets }: AppContext['store'], name: string): PairSet {
  const found = sets.byName(name)
  if (found) return found
  throw unknown('set of pairs', name, sets.list())
}

function unknown(what: string, name: string, all: readonly { name: string }[]): ProblemError {
  const names = all.slice(0, 10).map((one) => one.name)
  return new ProblemError({
    code: 'not-found',
    message: `There is no ${what} of this name`,
    where: name,
    advice: names.length > 0 ? `There are: ${names.join(', ')}` : 'Add one first',
  })
}
