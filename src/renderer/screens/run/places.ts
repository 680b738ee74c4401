// Where on a run's page a reading is drawn, as the ids of its charts, for what leads there.
import type { PropertyName } from '#contract'
import { multiples } from './multiples.ts'
import { properties } from './properties.ts'

/** The id of a chart on the page. */
export function chartId(title: string): string {
  return `chart-${title.toLowerCase().replaceAll(/[^a-z]+/g, '-')}`
}

export function gaugeId(property: PropertyName): string {
  return `gauge-${property}`
}

/** What draws the reading, else the gauge of the property that it is about, or the board of samples; null where nothing shows it. */
export function placeOf(reading: string): string | null {
  if (reading === 'samples') return 'samples'
  const draws = (line: Drawn) => [line.reading, line.low, line.high].some((drawn) => drawn === reading)
  const gauge = properties.find(({ lines }) => lines.some(draws))
  if (gauge) return gaugeId(gauge.name)
  const chart = multiples.find(({ lines }) => lines.some(draws))
  if (chart) return chartId(chart.title)
  const about = properties.find(({ name }) => reading.startsWith(`${name}/`))
  return about ? gaugeId(about.name) : null
}

/** A line and the ends of its band. */
type Drawn = { reading: string; low?: string; high?: string }
