// One JSON document: a list of objects, or an object that holds just one such list.
import { readFile } from 'node:fs/promises'
import { gigabytes, JSON_LIMIT, refusal, unreadable } from './file.ts'
import { breathe, excerptOf, isRecord, type RawRow, type ReadOptions } from './records.ts'

/** Rows are numbered from 1 by their position in the list. Throws a ProblemError when the document is not JSON. */
export async function* readJsonArray(
  file: string,
  size: number,
  { signal, onProgress }: ReadOptions,
): AsyncGenerator<RawRow> {
  if (size > JSON_LIMIT)
    throw refusal(file, `A JSON list of ${gigabytes(size)} is too large to be read whole`, 'Save it as JSONL')
  const rows = listIn(
    file,
    parse(file, await readFile(file).catch((thrown: unknown) => Promise.reject(unreadable(file, thrown)))),
  )
  for (const [index, record] of rows.entries()) {
    if (index % 500 === 0) {
      onProgress?.(index / rows.length)
      await breathe()
      signal?.throwIfAborted()
    }
    const line = index + 1
    if (isRecord(record)) yield { line, record }
    else yield { line, refused: 'Not a JSON object', excerpt: excerptOf(String(JSON.stringify(record))) }
  }
}

function parse(file: string, bytes: Uint8Array): unknown {
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw refusal(file, 'The file is not valid UTF-8', 'Save it as UTF-8')
  }
  try {
    return JSON.parse(text)
  } catch (thrown) {
    const why = thrown instanceof Error ? thrown.message.split('\n')[0] : ''
    throw refusal(file, `The file is not JSON (${why})`, 'If it has one object a line, name it .jsonl')
  }
}

function listIn(file: string, document: unknown): unknown[] {
  if (Array.isArray(document)) return document
  const lists = isRecord(document) ? Object.values(document).filter(Array.isArray) : []
  const [only] = lists
  if (!only || lists.length > 1) throw refusal(file, 'The file holds no single list of rows', 'Save the rows as JSONL')
  return only
}
