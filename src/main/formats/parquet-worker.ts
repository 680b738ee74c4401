// The thread that reads Parquet (parquet.apache.org), one row group at a time, and hands out rows when it is asked.
// The reading library may loop, run out of memory or reject where nobody listens when a file lies; here that ends a thread.
import { parentPort, workerData } from 'node:worker_threads'
import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from 'node:zlib'
import {
  asyncBufferFromFile,
  parquetMetadataAsync,
  parquetReadObjects,
  snappyUncompress,
  type Compressors,
  type FileMetaData,
} from 'hyparquet'
import type { Batch } from './parquet.ts'
import { isRecord, type RawRow } from './records.ts'

/** Bytes of one column of one row group, and of one page, once they are unpacked. */
const COLUMN_LIMIT = 1024 * 1024 * 1024
const PAGE_LIMIT = 256 * 1024 * 1024
const ROWS_LIMIT = 50_000_000

const bounded = (unpack: (input: Uint8Array, length: number) => Uint8Array) => (input: Uint8Array, length: number) => {
  if (length > PAGE_LIMIT) throw new Error(`a page of ${length} bytes is too large`)
  return unpack(input, length)
}
const compressors: Compressors = {
  SNAPPY: bounded((input, length) => {
    const output = new Uint8Array(length)
    snappyUncompress(input, output)
    return output
  }),
  GZIP: bounded((input, length) => gunzipSync(input, { maxOutputLength: length })),
  BROTLI: bounded((input, length) => brotliDecompressSync(input, { maxOutputLength: length })),
  ZSTD: bounded((input, length) => zstdDecompressSync(input, { maxOutputLength: length })),
}

/** Rows that are handed out at once. */
const BATCH = 500

async function* rowsOf(path: string): AsyncGenerator<{ rows: RawRow[]; progress: number }> {
  const file = await asyncBufferFromFile(path)
  const metadata = await parquetMetadataAsync(file, { geoparquet: false })
  checkSizes(metadata, file.byteLength)
  let rowStart = 0
  for (const { num_rows } of metadata.row_groups) {
    const rowEnd = rowStart + Number(num_rows)
    const records = await parquetReadObjects({ file, metadata, rowStart, rowEnd, compressors })
    for (let at = 0; at < records.length; at += BATCH) {
      const rows = records.slice(at, at + BATCH).map((record: unknown, index): RawRow => {
        const line = rowStart + at + index + 1
        return isRecord(record) ? { line, record } : { line, refused: 'The row is empty', excerpt: '' }
      })
      yield { rows, progress: (rowStart + at) / Math.max(1, Number(metadata.num_rows)) }
    }
    rowStart = rowEnd
  }
}

/** What the footer claims must be possible in a file of that size before memory is set aside for it. */
function checkSizes({ row_groups: groups, num_rows: rows }: FileMetaData, bytes: number): void {
  const fail = (what: string) => {
    throw new Error(what)
  }
  if (rows < 0 || rows > ROWS_LIMIT) fail(`it claims ${rows} rows`)
  for (const [index, { columns, num_rows }] of groups.entries()) {
    if (num_rows < 0 || num_rows > rows) fail(`row group ${index} claims ${num_rows} rows`)
    for (const { meta_data: column } of columns) {
      if (!column) continue
      const start = column.dictionary_page_offset ?? column.data_page_offset
      if (start < 0 || column.total_compressed_size < 0 || start + column.total_compressed_size > bytes)
        fail(`a column of row group ${index} lies outside the file`)
      if (column.total_uncompressed_size > COLUMN_LIMIT)
        fail(`a column of row group ${index} unpacks to more than 1 GB`)
      if (column.num_values < 0 || column.num_values > ROWS_LIMIT)
        fail(`a column of row group ${index} claims ${column.num_values} values`)
    }
  }
}

const port = parentPort
if (port) {
  const batches = rowsOf(workerData as string)
  const answer = async (): Promise<Batch> => {
    try {
      const { value, done } = await batches.next()
      return done ? { rows: [], progress: 1, done: true } : { ...value, done: false }
    } catch (thrown) {
      return { failed: thrown instanceof Error ? thrown.message : String(thrown) }
    }
  }
  port.on('message', () => void answer().then((batch) => port.postMessage(batch)))
}
