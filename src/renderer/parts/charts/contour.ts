// The contour that holds a given share of a cloud of points: an ellipse with the cloud's centre and covariance, as wide as it must be.
import { quantile } from './quantiles.ts'

export type Point = readonly [x: number, y: number]
/** Half axes in the units of the points; `angle` of the long one against x, radians, counter-clockwise with y up. */
export type Ellipse = { centre: Point; long: number; short: number; angle: number }

/** Fewer points than this have no contour: five is the number of free parameters of an ellipse. */
const FEWEST = 5

/**
 * The ellipse around the mean of `points` that is shaped by their covariance and scaled to hold `share` of them:
 * its scale is that quantile of the points' Mahalanobis distances, so no normal distribution is assumed.
 * Null for fewer than five points or for points that all coincide.
 */
export function contour(points: readonly Point[], share: number): Ellipse | null {
  const n = points.length
  if (n < FEWEST) return null
  const mx = points.reduce((sum, [x]) => sum + x, 0) / n
  const my = points.reduce((sum, [, y]) => sum + y, 0) / n
  let xx = 0
  let yy = 0
  let xy = 0
  for (const [x, y] of points) {
    xx += (x - mx) ** 2 / n
    yy += (y - my) ** 2 / n
    xy += ((x - mx) * (y - my)) / n
  }
  const trace = xx + yy
  if (!(trace > 0)) return null
  // A cloud on a line has no width; a thousandth of its length keeps the distances finite.
  xx += trace * 1e-6
  yy += trace * 1e-6
  const determinant = xx * yy - xy * xy
  const distances = points.map(([x, y]) => {
    const [dx, dy] = [x - mx, y - my]
    return Math.sqrt((yy * dx * dx - 2 * xy * dx * dy + xx * dy * dy) / determinant)
  })
  const scale = quantile(distances, share) ?? 0
  const half = (xx + yy) / 2
  const turn = Math.hypot((xx - yy) / 2, xy)
  return {
    centre: [mx, my],
    long: scale * Math.sqrt(half + turn),
    short: scale * Math.sqrt(Math.max(0, half - turn)),
    angle: Math.atan2(2 * xy, xx - yy) / 2,
  }
}

/** Whether a point lies in the ellipse or on it. */
export function holds({ centre, long, short, angle }: Ellipse, [x, y]: Point): boolean {
  const [dx, dy] = [x - centre[0], y - centre[1]]
  const along = dx * Math.cos(angle) + dy * Math.sin(angle)
  const across = dy * Math.cos(angle) - dx * Math.sin(angle)
  return (along / long) ** 2 + (across / short) ** 2 <= 1 + 1e-9
}

/** How far the ellipse reaches along x and along y. */
export function reach({
  centre,
  long,
  short,
  angle,
}: Ellipse): [x: readonly [number, number], y: readonly [number, number]] {
  const x = Math.hypot(long * Math.cos(angle), short * Math.sin(angle))
  const y = Math.hypot(long * Math.sin(angle), short * Math.cos(angle))
  return [
    [centre[0] - x, centre[0] + x],
    [centre[1] - y, centre[1] + y],
  ]
}
