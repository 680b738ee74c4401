// Drop and Degradation of the training probes in parts, as the rows of a small table.
import { splitParts, type SplitPart } from '#contract'
import { latest, type Columns } from '../../parts/charts/columns.ts'

export type SplitRow = { part: string; rejected: number | null; chosen: number | null }

/** The newest values; empty where nothing was read in parts. The first row is all answers, for comparison. */
export function splitRows(columns: Columns): SplitRow[] {
  const [short, middle] = [latest(columns, 'length/short'), latest(columns, 'length/middle')]
  const names: Record<SplitPart, string> = {
    on_policy: 'The model’s own',
    off_policy: 'Somebody else’s',
    short: `Short, up to ${short ?? '–'} tokens`,
    middle: `Middle, up to ${middle ?? '–'} tokens`,
    long: 'Longer',
  }
  const rows = splitParts.map((part) => ({
    part: names[part],
    rejected: latest(columns, `drop/train/rejected/${part}`),
    chosen: latest(columns, `degradation/train/chosen/${part}`),
  }))
  const read = rows.filter(({ rejected, chosen }) => rejected !== null || chosen !== null)
  if (read.length === 0) return []
  const all = {
    ...{ part: 'All', rejected: latest(columns, 'drop/train/rejected') },
    chosen: latest(columns, 'degradation/train/chosen'),
  }
  return [all, ...read]
}
