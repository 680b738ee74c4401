// JSON Lines (jsonlines.org): one object a line.
import { linesOf } from './lines.ts'
import { excerptOf, isRecord, type RawRow, type ReadOptions } from './records.ts'

/** Empty lines are passed over. */
export async function* readJsonl(file: string, size: number, options: ReadOptions): AsyncGenerator<RawRow> {
  const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
  const lenient = new TextDecoder('utf-8', { ignoreBOM: true })
  for await (const { number: line, bytes } of linesOf(file, size, options)) {
    if (bytes === 'too-long') {
      yield { line, refused: 'The line is longer than 16 MB', excerpt: '' }
      continue
    }
    let text: string
    try {
      text = strict.decode(bytes)
    } catch {
      yield { line, refused: 'Not valid UTF-8', excerpt: excerptOf(lenient.decode(bytes.subarray(0, 1000))) }
      continue
    }
    if (text.trim() === '') continue
    yield rowOf(line, text)
  }
}

function rowOf(line: number, text: string): RawRow {
  try {
    const record: unknown = JSON.parse(text)
    if (isRecord(record)) return { line, record }
    return { line, refused: 'Not a JSON object', excerpt: excerptOf(text) }
  } catch {
    return { line, refused: 'Not JSON', excerpt: excerptOf(text) }
  }
}
