// The measures in words and tables, for a terminal or as Markdown.
import type { Figure, Measured, Unit } from './figures.ts'
import { machineLine, type PlainFacts } from './machine.ts'
import { measures, type MeasureName } from './measures.ts'
import { QUIET, table } from './report.ts'

/** What one measure gave. `foreignCores` are those that others kept busy just before or just after it, whichever is more. */
export type MeasureReport = { measure: MeasureName; foreignCores: number } & (Measured | { failed: string })

export type HarnessReport = {
  command: string
  /** Attune's own version, with the commit and whether files differ from it where git tells. */
  attune: string
  machine: PlainFacts
  model: string
  measures: MeasureReport[]
}

/** The machine and the versions in one line. */
export function headLine({ attune, machine }: HarnessReport): string {
  const { node, tensorflow, product } = machine
  const versions = `Attune ${attune}, Node ${node.slice(1)}, TensorFlow ${tensorflow}`
  return `${machineLine(machine)}. ${versions}; float32 products at ${(product / 1e9).toFixed(0)} GFLOP/s.`
}

/** One measure: its title, and its figures as a table. */
export function measureLines(report: MeasureReport, model: string): string[] {
  const { title, ofModel } = measures[report.measure]
  const head = `${title}${ofModel ? `, ${model}` : ''}`
  if ('skipped' in report) return [`**${head}**: skipped, ${report.skipped}`]
  if ('failed' in report) return [`**${head}**: failed, ${report.failed}`]
  const warning = report.foreignCores > QUIET ? [`others kept ${report.foreignCores.toFixed(1)} cores busy`] : []
  const notes = [...(report.note ? [report.note] : []), ...warning]
  return [
    `**${head}**${notes.length > 0 ? ` (${notes.join('; ')})` : ''}`,
    '',
    ...table(
      ['figure', 'value'],
      report.figures.map((figure) => [figure.name, figureText(figure)]),
    ),
  ]
}

function figureText({ value, unit, min, max }: Figure): string {
  const shown = (number: number) =>
    units[unit]?.(number) ?? number.toLocaleString('en', { maximumSignificantDigits: 3 })
  const name = units[unit] ? '' : ` ${unit}`
  const spread = min === undefined || max === undefined ? '' : ` (${shown(min)}..${shown(max)})`
  return `${shown(value)}${name}${spread}`
}

const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(bytes < 1e7 ? 2 : 0)} MB`
const whole = (value: number) => Math.round(value).toLocaleString('en')

/** Units that are not told as three digits and their name. */
const units: Partial<Record<Unit, (value: number) => string>> = {
  bytes: megabytes,
  'bytes/s': (value) => `${(value / 1e3).toFixed(1)} kB/s`,
  'pairs/s': (value) => `${whole(value)} pairs/s`,
  '%': (value) => `${value.toFixed(1)} %`,
}
