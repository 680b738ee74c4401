// The three properties as the run's screen shows them: their names, and which readings their small charts draw.
import type { PropertyName, ReadingName } from '#contract'
import { column, type Columns } from '../../parts/charts/columns.ts'
import { saidAlone } from './multiples.ts'
import type { GaugeLine } from '../../parts/charts/gauge-line.ts'

type Line = {
  reading: ReadingName
  low?: ReadingName
  high?: ReadingName
  label: string
  colour: string
  dash?: string
}

export type Property = {
  name: PropertyName
  title: string
  /** What it happens to, after the title. */
  of: string
  /** What it watches, one line; stands in the gauge before there is a sentence. */
  meaning: string
  lines: readonly Line[]
}

export const properties: readonly Property[] = [
  {
    name: 'drop',
    title: 'Drop',
    of: 'of rejected',
    meaning: 'How fast the rejected answers lose likelihood, compared with what the chosen gain.',
    lines: [
      {
        reading: 'drop/train/rejected',
        low: 'drop/train/rejected/p10',
        high: 'drop/train/rejected/p90',
        label: 'rejected',
        colour: 'var(--rejected)',
      },
      { reading: 'drop/heldout/rejected', label: 'held-out', colour: 'var(--rejected)', dash: '3 3' },
    ],
  },
  {
    name: 'degradation',
    title: 'Degradation',
    of: 'of chosen',
    meaning: 'Whether the chosen answers themselves lose likelihood while the margin grows.',
    lines: [
      {
        reading: 'degradation/train/chosen',
        low: 'degradation/train/chosen/p10',
        high: 'degradation/train/chosen/p90',
        label: 'chosen',
        colour: 'var(--chosen)',
      },
      { reading: 'degradation/heldout/chosen', label: 'held-out', colour: 'var(--chosen)', dash: '3 3' },
    ],
  },
  {
    name: 'dispersion',
    title: 'Dispersion',
    of: 'to unseen',
    meaning: 'Where likelihood goes among answers that the pairs do not contain.',
    lines: [
      { reading: 'dispersion/other', label: 'others’ answers', colour: 'var(--unseen)' },
      { reading: 'dispersion/sampled', label: 'own samples', colour: 'var(--unseen)', dash: '6 3' },
    ],
  },
]

const meaningAlone: Record<PropertyName, string> = {
  drop: 'How fast the bad answers lose likelihood, compared with what the good ones gain.',
  degradation: 'Whether the good answers themselves lose likelihood.',
  dispersion: 'Where likelihood goes among answers that nobody called good or bad.',
}

/** The same of runs on answers alone, each good or bad. */
export const propertiesAlone: readonly Property[] = properties.map((property) => ({
  ...property,
  meaning: meaningAlone[property.name],
  lines: property.lines.map(saidAlone),
}))

export function gaugeLines(property: Property, columns: Columns): GaugeLine[] {
  return property.lines.map(({ reading, low, high, label, colour, dash }) => {
    const { steps, values } = column(columns, reading)
    const band = low && high ? { low: column(columns, low).values, high: column(columns, high).values } : {}
    return { label, colour, dash, steps, values, ...band }
  })
}
