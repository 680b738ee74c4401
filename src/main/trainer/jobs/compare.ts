// Two evaluations of the same items, compared. Needs no tensor backend.
import { isRight } from '#contract'
import { comparison } from '#ml'
import type { Jobs } from '../protocol.ts'

export function compare({ a, b, ...how }: Jobs['compare']['in']): Promise<Jobs['compare']['out']> {
  return Promise.resolve(comparison(a, b, { ...how, isRight }))
}
