// The set that a run is probed with out of its domain: looked up when the run is asked for, frozen when it starts.
import { ProblemError, type PairSet, type ParsedSettings } from '#contract'
import type { Beginning } from './beginning.ts'
import type { AppContext } from './context.ts'
import { setNamed } from './names.ts'

const where = 'setting probe_out_of_domain'

/**
 * The set that the settings name; null where they name none.
 * @throws ProblemError in one line when it is not there, is the one that is trained on, holds answers alone, or has no chosen answer
 */
export function outOfDomainSet(
  store: AppContext['store'],
  trained: PairSet,
  { probe_out_of_domain: name }: ParsedSettings,
): PairSet | null {
  if (name === undefined || name === '') return null
  const set = setNamed(store, String(name), where)
  if (set.id === trained.id)
    throw new ProblemError({
      code: 'refused',
      message: `${set.name} is the set that the run trains on, so its answers are not out of domain`,
      where,
      advice: 'Choose another set, or none',
    })
  if (set.answers)
    throw new ProblemError({
      code: 'refused',
      message: `${set.name} holds answers alone, and out of domain the chosen answers of pairs are probed`,
      where,
      advice: 'Choose a set of pairs, or none',
    })
  if (set.chosen === 0)
    throw new ProblemError({
      code: 'refused',
      message: `${set.name} has no pair with a chosen answer, so there is nothing to probe`,
      where,
      advice: 'Label some of its pairs, or choose another set',
    })
  return set
}

/** The frozen version of that set. A fork with the same set takes that of its parent, so that their curves compare. */
export function outOfDomainVersion(
  { store }: AppContext,
  { set: trained, settings, beginning }: { set: PairSet; settings: ParsedSettings; beginning: Beginning | null },
): number | null {
  const set = outOfDomainSet(store, trained, settings)
  if (!set) return null
  const parent = beginning?.parent
  const before = parent?.settings.probe_out_of_domain === set.name ? store.runs.outOfDomainVersion(parent.id) : null
  return before ?? store.sets.freeze(set.id).versionId
}
