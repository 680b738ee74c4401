// Which pairs a run is without, by a measure under its model: decided when it is asked for, and kept in its frozen set.
import { LeaveOut, ProblemError, type Model, type PairId, type PairSet, type ParsedSettings } from '#contract'
import type { Store } from '../store/index.ts'

/** What the settings leave out; null when they leave nothing out. */
export function leaveOutOf(settings: ParsedSettings): LeaveOut | null {
  if (settings.leave_out !== 'by-measure') return null
  return LeaveOut.parse({
    by: settings.leave_out_by,
    end: settings.leave_out_end,
    share: settings.leave_out_share,
  })
}

/** How many of so many measured pairs a share is: rounded down, so that a run never trains on less than was said. */
export function leftOutCount(measured: number, share: number): number {
  // A product like 0.07 * 100 lies a hair above or below the whole number that is meant.
  return Math.floor(measured * share + 1e-9)
}

/**
 * The pairs to leave out. Those that could not be measured stay: nothing is known of them.
 * @throws ProblemError when pairs of the set were not measured under the model yet
 */
export function pairsLeftOut(store: Store, model: Model, set: PairSet, settings: ParsedSettings): ReadonlySet<PairId> {
  const asked = leaveOutOf(settings)
  if (!asked) return new Set()
  const { pairs, measured, refused } = store.measures.state(model, set.id)
  if (measured + refused < pairs)
    throw new ProblemError({
      code: 'refused',
      message: `${pairs - measured - refused} of ${pairs} pairs of ${set.name} were not measured under ${model.name} yet`,
      where: 'setting leave_out',
      advice: `Measure them first: in Pairs, or attune pairs measure --set ${set.name} --model ${model.name}`,
    })
  const count = leftOutCount(measured, asked.share)
  return new Set(count === 0 ? [] : store.measures.end(model, set.id, asked, count).map(({ id }) => id))
}
