// Runs compared where they have come equally far: each measure read off between the two probes around the place where another reaches a level.
import type { Measure, Point } from './trajectory.ts'

/**
 * y where x first reaches `level`, on the straight line between the points before and after. Null where it never does, or where the first
 * point is beyond it already.
 */
export function crossing(path: readonly { x: number; y: number }[], level: number): number | null {
  for (const [i, next] of path.entries()) {
    if (!(next.x >= level)) continue
    const from = path[i - 1]
    if (!from) return next.x === level ? next.y : null
    if (!(from.x < level)) return null
    return from.y + ((level - from.x) / (next.x - from.x)) * (next.y - from.y)
  }
  return null
}

/** A measure where `along` first reaches `level`; null as `crossing`. */
export function atLevel(points: readonly Point[], along: Measure, level: number, of: Measure | 'step'): number | null {
  return crossing(
    points.map((point) => ({ x: point[along], y: point[of] })),
    level,
  )
}

/** The value at the run's last probe; null without one. */
export function atEnd(points: readonly Point[], of: Measure | 'step'): number | null {
  return points.at(-1)?.[of] ?? null
}
