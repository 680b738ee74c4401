// Comma-separated values (RFC 4180), read in bounded memory: an open quote must not swallow a file.
import { createReadStream } from 'node:fs'
import { refusal, unreadable } from './file.ts'
import { excerptOf, type RawRow, type ReadOptions } from './records.ts'

/** Characters that one record may have. */
export const RECORD_LIMIT = 2_000_000

type CsvRow = { line: number; fields: string[] } | { line: number; broken: string }

/** The first line names the columns; they are parted by comma, semicolon or tab, whichever it has most of. */
export async function* readCsv(file: string, size: number, options: ReadOptions): AsyncGenerator<RawRow> {
  let columns: string[] | null = null
  for await (const row of csvRows(charactersOf(file, size, options))) {
    if ('broken' in row) {
      if (!columns) throw refusal(file, `The line of column names cannot be read: ${row.broken}`)
      yield { line: row.line, refused: row.broken, excerpt: '' }
      continue
    }
    const { line, fields } = row
    if (fields.length === 1 && fields[0]?.trim() === '') continue
    if (!columns) {
      columns = fields.map((name) => name.trim())
      const twice = columns.find((name, index) => columns?.indexOf(name) !== index)
      if (twice !== undefined) throw refusal(file, `Two columns are named ${JSON.stringify(twice)}`, 'Rename one')
      continue
    }
    if (fields.some((field) => field.includes('\uFFFD')))
      yield { line, refused: 'Not valid UTF-8', excerpt: excerptOf(fields.join(' | ')) }
    else if (fields.length === columns.length)
      yield { line, record: Object.fromEntries(columns.map((name, index) => [name, fields[index] ?? ''])) }
    else
      yield {
        line,
        refused: `${fields.length} fields where the first line names ${columns.length} columns`,
        excerpt: excerptOf(fields.join(' | ')),
      }
  }
}

async function* charactersOf(file: string, size: number, { signal, onProgress }: ReadOptions): AsyncGenerator<string> {
  // Broken bytes become U+FFFD, which is refused row by row later.
  const decoder = new TextDecoder('utf-8')
  let read = 0
  try {
    for await (const chunk of createReadStream(file, { highWaterMark: 256 * 1024 }) as AsyncIterable<Buffer>) {
      signal?.throwIfAborted()
      yield decoder.decode(chunk, { stream: true })
      read += chunk.length
      onProgress?.(Math.min(1, read / size))
    }
  } catch (thrown) {
    throw signal?.aborted ? thrown : unreadable(file, thrown)
  }
  yield decoder.decode()
}

/** Records of a text that comes in pieces, each with the number of the line it begins in. */
export async function* csvRows(pieces: AsyncIterable<string> | Iterable<string>): AsyncGenerator<CsvRow> {
  const reader = csvReader()
  for await (const piece of pieces) {
    yield* reader.read(piece)
    if (reader.isLost()) return
  }
  yield* reader.end()
}

function csvReader() {
  let state: 'start' | 'plain' | 'quoted' | 'quote-in-quoted' = 'start'
  let delimiter: string | null = null
  let fields: string[] = []
  let field = ''
  let length = 0
  let line = 1
  let begin = 1
  let afterReturn = false
  let lost = false
  // The first line is held back until it is whole: the delimiter is told by all of it.
  let head = ''

  const endField = () => {
    fields.push(field)
    field = ''
    state = 'start'
  }
  const endRecord = (): CsvRow => {
    endField()
    const row = { line: begin, fields }
    fields = []
    length = 0
    begin = line
    return row
  }

  function* scan(text: string): Generator<CsvRow> {
    for (let at = 0; at < text.length && !lost; at++) {
      const sign = text[at] as string
      if (++length > RECORD_LIMIT) {
        lost = true
        yield {
          line: begin,
          broken:
            'A record does not end within 2,000,000 characters: is a quote left open? The rest of the file was not read',
        }
        return
      }
      if (sign === '\n' && afterReturn && state !== 'quoted') {
        afterReturn = false
        begin = line
        length = 0
        continue
      }
      afterReturn = false
      if (state === 'quoted') {
        if (sign === '"') state = 'quote-in-quoted'
        else {
          if (sign === '\n') line++
          const taken = runFrom(quotedRun, text, at + 1)
          field += sign + taken
          length += taken.length
          at += taken.length
        }
      } else if (state === 'quote-in-quoted' && sign === '"') {
        field += '"'
        state = 'quoted'
      } else if (state === 'start' && sign === '"') state = 'quoted'
      else if (sign === delimiter) endField()
      else if (sign === '\n' || sign === '\r') {
        line++
        afterReturn = sign === '\r'
        yield endRecord()
      } else {
        const taken = runFrom(plainRun, text, at + 1)
        field += sign + taken
        length += taken.length
        at += taken.length
        if (state === 'start') state = 'plain'
      }
    }
  }

  return {
    *read(piece: string): Generator<CsvRow> {
      if (delimiter !== null) return yield* scan(piece)
      head += piece
      if (!/[\r\n]/.test(head) && head.length < RECORD_LIMIT) return
      delimiter = delimiterOf(head)
      yield* scan(head)
      head = ''
    },
    *end(): Generator<CsvRow> {
      if (delimiter === null) {
        delimiter = delimiterOf(head)
        yield* scan(head)
      }
      if (lost) return
      if (state === 'quoted') yield { line: begin, broken: 'A quote is left open' }
      else if (length > 0) yield endRecord()
    },
    isLost: () => lost,
  }
}

// Characters that end nothing, taken at once.
const quotedRun = /[^"\n]*/y
const plainRun = /[^",;\t\r\n]*/y

function runFrom(run: RegExp, text: string, at: number): string {
  run.lastIndex = at
  return run.exec(text)?.[0] ?? ''
}

function delimiterOf(head: string): string {
  const line = head.split(/[\r\n]/, 1)[0] ?? ''
  const unquoted = line.replaceAll(/"[^"]*"/g, '')
  const count = (sign: string) => unquoted.split(sign).length
  return [',', ';', '\t'].reduce((best, sign) => (count(sign) > count(best) ? sign : best))
}
