// The file itself: whether it can be read, how large it is and which format it has.
import { open, stat } from 'node:fs/promises'
import { extname } from 'node:path'
import { ProblemError, type FileFormat } from '#contract'

const MB = 1024 * 1024
export const FILE_LIMIT = 2048 * MB
/** A JSON array is read whole. */
export const JSON_LIMIT = 200 * MB

/** Checks that `file` is a readable, ordinary, non-empty file of bearable size; returns its bytes. Throws a ProblemError. */
export async function fileSize(file: string): Promise<number> {
  const found = await stat(file).catch((thrown: unknown) => {
    throw unreadable(file, thrown)
  })
  if (found.isDirectory()) throw refusal(file, 'This is a folder', 'Name a file in it')
  if (!found.isFile()) throw refusal(file, 'This is not an ordinary file', 'Copy its content into one')
  if (found.size === 0) throw refusal(file, 'The file is empty', 'Look where it came from')
  if (found.size > FILE_LIMIT)
    throw refusal(file, `The file has ${gigabytes(found.size)}; at most 2 GB are read`, 'Split it into parts')
  return found.size
}

/** By the ending of its name, else by its first bytes. */
export async function formatOf(file: string): Promise<FileFormat> {
  const ending = extname(file).toLowerCase()
  if (ending === '.parquet') return 'parquet'
  if (ending === '.csv' || ending === '.tsv') return 'csv'
  if (ending === '.jsonl' || ending === '.ndjson') return 'jsonl'
  const start = await firstBytes(file, 4096)
  if (start.subarray(0, 4).toString('latin1') === 'PAR1') return 'parquet'
  const text = start
    .toString('utf8')
    .replace(/^\uFEFF/, '')
    .trimStart()
  if (text.startsWith('[')) return 'json'
  if (text.startsWith('{')) return ending === '.json' && !isLines(text) ? 'json' : 'jsonl'
  return ending === '.json' ? 'json' : 'csv'
}

/** A `.json` whose first line is a whole object is JSONL by another name. */
function isLines(text: string): boolean {
  const [line = '', ...more] = text.split('\n')
  try {
    JSON.parse(line)
    return more.some((other) => other.trimStart().startsWith('{'))
  } catch {
    return false
  }
}

async function firstBytes(file: string, count: number): Promise<Buffer> {
  const handle = await open(file).catch((thrown: unknown) => {
    throw unreadable(file, thrown)
  })
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(count), 0, count, 0)
    return buffer.subarray(0, bytesRead)
  } finally {
    await handle.close()
  }
}

export const refusal = (file: string, message: string, advice?: string) =>
  new ProblemError({ code: 'bad-input', message, where: file, advice })

/** What the system said of a file, in plain words. */
export function unreadable(file: string, thrown: unknown): ProblemError {
  const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : String(thrown)
  if (code === 'ENOENT' || code === 'ENOTDIR') return refusal(file, 'There is no such file', 'Check the path')
  if (code === 'EACCES' || code === 'EPERM')
    return refusal(file, 'Attune may not read this file', 'Give yourself permission to read it')
  return refusal(file, `The file could not be read (${code})`)
}

export const gigabytes = (bytes: number) => `${(bytes / 1024 / MB).toFixed(1)} GB`
