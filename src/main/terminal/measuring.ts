// Terminal command that measures the pairs of a set before they are trained on, and lists those at one end of a measure.
import {
  LeaveOut,
  MeasureName,
  measureOf,
  pairMeasures,
  type MeasuringReport,
  type PairRow,
  type SetId,
} from '#contract'
import {
  decimals,
  required,
  table,
  UsageError,
  wholeNumber,
  type Arguments,
  type Terminal,
  type TerminalCommand,
} from './grammar.ts'
import { toldJob } from './jobs.ts'

/** Rows that are asked for at once. */
const PAGE = 500
/** Characters of a prompt in the list. */
const CUT = 48

type Answer = MeasuringReport & { by: MeasureName; end: LeaveOut['end']; rows: PairRow[] }

const measure: TerminalCommand = {
  words: ['pairs', 'measure'],
  usage: `--set NAME --model M [--top N] [--by ${MeasureName.options.join('|')}] [--end highest|lowest]`,
  positionals: [0, 0],
  options: ['set', 'model', 'top', 'by', 'end'],
  async run(terminal, given): Promise<Answer> {
    const [set, model] = [required(given, 'set'), required(given, 'model')]
    const asked = { by: byGiven(given), end: endGiven(given) }
    const top = wholeNumber(given.options.top ?? '10', 'top')
    if (top < 0) throw new UsageError(`--top takes 0 or more, got ${top}`)
    const report = await toldJob(terminal, () => terminal.ask('pairs.measure', { set, model }))
    const limit = Math.min(top, report.measured)
    return { ...report, ...asked, rows: await rowsOf(terminal, { set: report.set.id, model, ...asked }, limit) }
  },
  text: ({ rows, by, end, ...report }: Answer) => [
    `${report.measured} of ${report.pairs} pairs of ${report.set.name} measured under ${report.model}, ${report.added} of them now.`,
    ...(report.refused > 0 ? [`${report.refused} could not be measured: ${report.firstRefusal}.`] : []),
    ...(rows.length > 0
      ? [`${pairMeasures[by].label}, the ${end}: pairs ${pairMeasures[by][end]}.`, ...table(head, rows.map(line))]
      : []),
  ],
}

export const measuringCommands = [measure]

const columns = MeasureName.options.map((name) => pairMeasures[name])
const head = ['pair', ...columns.map(({ short }) => short), 'prompt']

function line({ id, measures, prompt }: PairRow): string[] {
  const cells = MeasureName.options.map((name) => (measures ? measureText(measureOf(measures, name)) : ''))
  const words = prompt.replaceAll(/\s+/g, ' ')
  return [String(id), ...cells, words.length > CUT ? `${words.slice(0, CUT)}…` : words]
}

function measureText(value: number): string {
  if (Number.isInteger(value)) return String(value)
  return Math.abs(value) >= 1000 ? value.toFixed(0) : decimals(value)
}

async function rowsOf(
  terminal: Terminal,
  { set, model, by, end }: { set: SetId; model: string; by: MeasureName; end: LeaveOut['end'] },
  top: number,
): Promise<PairRow[]> {
  const filter = { model, order: by, direction: end === 'highest' ? ('down' as const) : ('up' as const) }
  const found: PairRow[] = []
  while (found.length < top) {
    const limit = Math.min(PAGE, top - found.length)
    const { rows } = await terminal.ask('pairs.list', { set, filter, offset: found.length, limit })
    if (rows.length === 0) break
    found.push(...rows)
  }
  return found
}

function byGiven({ options: { by = 'ches-normalised' } }: Arguments): MeasureName {
  const found = MeasureName.safeParse(by)
  if (found.success) return found.data
  throw new UsageError(`--by takes ${MeasureName.options.join(', ')}, got ${JSON.stringify(by)}`)
}

function endGiven({ options: { end = 'highest' } }: Arguments): LeaveOut['end'] {
  const found = LeaveOut.shape.end.safeParse(end)
  if (found.success) return found.data
  throw new UsageError(`--end takes highest or lowest, got ${JSON.stringify(end)}`)
}
