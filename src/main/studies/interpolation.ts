// Runs compared where they have come equally far: each measure read off between the two probes around the place where another reaches a level.
import type { Measure, Point } from './trajectory.ts'

/**
 * `of` where `along` first reaches `level`, on the straight line between the probes before and after. Null where it never does, or where
 * it is beyond the level at the first probe already.
 */
export function atLevel(points: readonly Point[], along: Measure, level: number, of: Measure | 'step'): number | null {
  for (const [i, next] of points.entries()) {
    const [from, to] = [points[i - 1]?.[along] ?? NaN, next[along]]
    if (!(to >= level)) continue
    if (i === 0) return to === level ? next[of] : null
    if (!(from < level)) return null
    const share = (level - from) / (to - from)
    return points[i - 1]![of] + share * (next[of] - points[i - 1]![of])
  }
  return null
}

/** The value at the run's last probe; null without one. */
export function atEnd(points: readonly Point[], of: Measure | 'step'): number | null {
  return points.at(-1)?.[of] ?? null
}
