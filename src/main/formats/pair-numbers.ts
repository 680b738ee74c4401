// The numbers of a record: TRL's margin, and the scores of both answers as UltraFeedback and others have them.
import { LARGEST_NUMBER, numberIn, type ColumnMap, type PairNumbers } from '#contract'
import { refuse, type Refused } from './records.ts'

const limit = LARGEST_NUMBER.toLocaleString('en-GB')

/** The numbers of a pair; undefined where the record has none. Refuses the first column that holds something else. */
export function numbersOf(
  record: Record<string, unknown>,
  map: Pick<ColumnMap, keyof PairNumbers>,
): PairNumbers | undefined | Refused {
  const found: PairNumbers = { margin: null, scoreChosen: null, scoreRejected: null }
  for (const part of ['margin', 'scoreChosen', 'scoreRejected'] as const) {
    const column = map[part]
    if (column === undefined) continue
    const number = numberIn(record[column])
    if (number === undefined)
      return refuse(`${column} is ${told(record[column])}, which is no number between -${limit} and ${limit}`)
    found[part] = number
  }
  return Object.values(found).every((number) => number === null) ? undefined : found
}

function told(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value)
  return typeof value === 'object' ? 'a list or an object' : String(value)
}
