// What charts that stand together share: the range of x that is zoomed in, and one crosshair.
import type { Extent } from './scale.ts'

export type ChartGroup = {
  /** Charts with the same key share a crosshair. */
  readonly key: string
  /** The zoomed range of x, or null for all. */
  zoom: Extent | null
}

let groups = 0

export function chartGroup(): ChartGroup {
  let zoom = $state.raw<Extent | null>(null)
  return {
    key: `charts-${++groups}`,
    get zoom() {
      return zoom
    },
    set zoom(range) {
      zoom = range
    },
  }
}
