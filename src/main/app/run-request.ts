// What a run is asked for, looked up and checked before anything is stored.
import {
  parseSettings,
  ProblemError,
  strengthUse,
  type Model,
  type PairId,
  type PairSet,
  type ParsedSettings,
  type RunRequest,
} from '#contract'
import type { FrozenLabels } from '../store/index.ts'
import { refuseUntrainable } from './answers-alone.ts'
import { beginningOf, type Beginning } from './beginning.ts'
import type { AppContext } from './context.ts'
import { refuseNumbers } from './label-numbers.ts'
import { pairsLeftOut } from './leave-out.ts'
import { outOfDomainSet } from './out-of-domain.ts'
import { judgeNamed, modelNamed, setNamed } from './names.ts'

/** Fewer chosen pairs than this are no training set. */
const LEAST_PAIRS = 2

/**
 * What of labels a run with these settings trains on: strengths where its loss uses them, ties where they are soft labels, and the numbers
 * of pairs where it reads these instead.
 */
export function labelsTrained({ label_strength: asked }: ParsedSettings): FrozenLabels {
  const use = strengthUse(asked)
  if (!use) return 'choices'
  if (use.from === 'numbers') return 'numbers'
  return use.as === 'soft-label' ? 'ties' : 'strengths'
}

/** How many pairs of the set that is, without those that the run leaves out. */
export function pairsTrained({
  set: { chosen, ties },
  settings,
  leaveOut,
}: Pick<ReadyRequest, 'set' | 'settings' | 'leaveOut'>): number {
  return (labelsTrained(settings) === 'ties' ? chosen + ties : chosen) - leaveOut.size
}

/** A request with its names looked up, its settings complete, the pairs that it is without, and what it begins with: null for its model. */
export type ReadyRequest = {
  request: RunRequest
  model: Model
  set: PairSet
  settings: ParsedSettings
  leaveOut: ReadonlySet<PairId>
  beginning: Beginning | null
}

/** The reward model that a run's settings name, null where they name none. @throws ProblemError when it does not fit the model that is tuned */
export function rewardModelOf(store: AppContext['store'], model: Model, settings: ParsedSettings): Model | null {
  if (settings.reward_from !== 'reward-model') return null
  return judgeNamed(store, String(settings.reward_model), [model], 'setting reward_model')
}

/** Looks up what a request names. @throws ProblemError when a name is unknown, a setting is refused or pairs are too few */
export function readyRequest({ store }: AppContext, request: RunRequest): ReadyRequest {
  const model = modelNamed(store, request.model)
  const set = setNamed(store, request.set)
  const settings = parseSettings(request.method, request.settings)
  if (model.head === 'reward')
    throw new ProblemError({
      code: 'refused',
      message: `${model.name} is a reward model: it scores texts and answers nothing, so it cannot be tuned`,
      where: 'model',
      advice: 'Choose the model that it was made of',
    })
  rewardModelOf(store, model, settings)
  refuseUntrainable(set, request.method, settings)
  outOfDomainSet(store, set, settings)
  if (set.chosen < LEAST_PAIRS)
    throw new ProblemError({
      code: 'refused',
      message: `A run needs at least ${LEAST_PAIRS} pairs with a chosen answer, this set has ${set.chosen}`,
      where: `set ${set.name}`,
      advice: 'Label more of its pairs',
    })
  const leaveOut = pairsLeftOut(store, model, set, settings)
  if (set.chosen - leaveOut.size < LEAST_PAIRS)
    throw new ProblemError({
      code: 'refused',
      message: `A run needs at least ${LEAST_PAIRS} pairs, and ${leaveOut.size} of ${set.chosen} are left out`,
      where: 'setting leave_out_share',
      advice: 'Leave out fewer',
    })
  refuseNumbers(store, set, settings, leaveOut)
  const beginning = beginningOf({ store }, request, { model, settings })
  return { request, model, set, settings, leaveOut, beginning }
}
