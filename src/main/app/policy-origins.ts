// Which answers of a run's pairs the model gave itself, before any tuning, as the origins of the pairs tell it.
import type { Model, Origin } from '#contract'
import type { PairOrigins } from '../trainer/protocol.ts'
import type { AppContext } from './context.ts'

/** Of the pairs of a frozen version that are still as they were; those of which nothing is known of either side are left out. */
export function policyOrigins({ store }: Pick<AppContext, 'store'>, version: number, model: Model): PairOrigins[] {
  return store.sets
    .origins(version)
    .map(({ pair, chosen, rejected }) => ({
      pair,
      chosen: policyOrigin(chosen, model),
      rejected: policyOrigin(rejected, model),
    }))
    .filter(({ chosen, rejected }) => chosen !== null || rejected !== null)
}

/**
 * on: sampled from the very weights that are tuned, or written by a model of that name where nothing is known of its weights. off: by
 * another model, by this one after it was tuned, by a person. null: by nobody knows whom.
 */
export function policyOrigin(
  { kind, writer, sampling }: Origin,
  model: Pick<Model, 'name' | 'modelHash'>,
): 'on' | 'off' | null {
  if (kind === 'unknown' && writer === null) return null
  if (kind !== 'model' && kind !== 'unknown') return 'off'
  if (sampling?.run !== undefined || sampling?.run_id !== undefined) return 'off'
  const own = sampling?.model_hash === undefined ? writer === model.name : sampling.model_hash === model.modelHash
  return own ? 'on' : 'off'
}
