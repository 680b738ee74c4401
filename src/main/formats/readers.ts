// The rows of a file in any of the formats.
import type { FileFormat } from '#contract'
import { readCsv } from './csv.ts'
import { readJsonArray } from './json-array.ts'
import { readJsonl } from './jsonl.ts'
import { readParquet } from './parquet.ts'
import type { RawRow, ReadOptions } from './records.ts'

export const readers: Record<FileFormat, (file: string, size: number, options: ReadOptions) => AsyncGenerator<RawRow>> =
  {
    jsonl: readJsonl,
    json: readJsonArray,
    csv: readCsv,
    parquet: readParquet,
  }
