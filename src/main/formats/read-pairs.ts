// A file of pairs, whoever wrote it: its format and shape are recognised, and each row is a pair or a reason.
import type { ColumnMap, FileFormat } from '#contract'
import { answerOf } from './answer-of.ts'
import { columnsOf, type Columns } from './columns.ts'
import { fileSize, formatOf } from './file.ts'
import { pairOf, type FilePair, type Shape } from './pair-of.ts'
import { readers } from './readers.ts'
import { excerptOf, type ReadOptions } from './records.ts'

export type PairFileRow = { line: number; pair: FilePair } | { line: number; refused: string; excerpt: string }

export type PairFile = {
  format: FileFormat
  /** In plain words. */
  shape: string
  columns: string[]
  map: ColumnMap
  /** Whether its rows are answers alone, each good or bad. */
  alone: boolean
  /** All rows from the beginning; can be called again. */
  rows(options?: ReadOptions): AsyncGenerator<PairFileRow>
}

/** Rows that the shape is recognised by. */
const LOOKED_AT = 50

/**
 * Looks at the beginning of a file. A bad row never throws; it comes out of `rows` with its line and reason.
 * @param format told by the file when null
 * @param map told by the names of columns where it says nothing
 * @throws ProblemError when the file as a whole cannot be read, or `map` names a column that it lacks
 */
export async function openPairFile(
  file: string,
  { format = null, map = null }: { format?: FileFormat | null; map?: ColumnMap | null } = {},
): Promise<PairFile> {
  const size = await fileSize(file)
  const known = format ?? (await formatOf(file))
  const read = readers[known]
  const first: Record<string, unknown>[] = []
  for await (const row of read(file, size, {})) {
    if ('record' in row) first.push(row.record)
    if (first.length === LOOKED_AT) break
  }
  const names = [...new Set(first.flatMap((record) => Object.keys(record)))]
  const columns = columnsOf(names, map, first)
  return {
    format: known,
    shape: shapeOf(first, columns),
    columns: names,
    map: columns.map,
    alone: columns.alone,
    async *rows(options = {}) {
      for await (const row of read(file, size, options)) {
        if ('refused' in row) yield row
        else yield pairRow(row.line, row.record, columns)
      }
    },
  }
}

function pairRow(line: number, record: Record<string, unknown>, columns: Columns): PairFileRow {
  const found = rowOf(record, columns)
  if ('refused' in found) return { line, refused: found.refused, excerpt: excerptOf(rowText(record)) }
  const { shape: _, ...pair } = found
  return { line, pair }
}

const rowOf = (record: Record<string, unknown>, columns: Columns) =>
  columns.alone ? answerOf(record, columns) : pairOf(record, columns)

function rowText(record: Record<string, unknown>): string {
  const parts = Object.entries(record).slice(0, 8)
  const short = (value: unknown) => (typeof value === 'string' ? value.slice(0, 60) : typeof value)
  return parts.map(([name, value]) => `${name.slice(0, 40)}: ${short(value)}`).join(' | ')
}

/** What most of the first rows look like. */
function shapeOf(first: readonly Record<string, unknown>[], columns: Columns): string {
  const { map, given, alone, ranked } = columns
  if (!alone && !ranked && (map.chosen === undefined || map.rejected === undefined)) return 'not recognised'
  const shapes = first.flatMap((record) => {
    const found = rowOf(record, columns)
    return 'refused' in found ? [] : [found.shape]
  })
  const words: Record<Shape, string> = {
    plain: [map.prompt, ...(alone ? [map.completion, map.label] : [map.chosen ?? ranked, map.rejected])]
      .filter(Boolean)
      .join(', '),
    conversations: map.prompt ? 'prompt and conversations' : 'conversations',
    transcript: 'Anthropic HH transcripts',
    'shared beginning': 'texts with a shared beginning',
  }
  const count = (shape: Shape) => shapes.filter((other) => other === shape).length
  const [most] = (Object.keys(words) as Shape[]).sort((a, b) => count(b) - count(a))
  if (!most || shapes.length === 0) return 'not recognised'
  if (alone) return `${words[most]}: answers alone, ${map.label ? 'good or bad' : 'without a mark'}`
  return given ? words[most] : `${words[most]}: two answers without a choice`
}
