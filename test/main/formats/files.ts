// Files for the formats' tests, and all rows of one.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import type { ColumnMap, FileFormat } from '#contract'
import { openPairFile, type FilePair, type PairFileRow } from '../../../src/main/formats/index.ts'

export const fixtures = join(import.meta.dirname, '../../fixtures')

export function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'attune-formats-'))
  onTestFinished(() => rmSync(path, { recursive: true, force: true }))
  return path
}

export function file(name: string, content: string | Uint8Array): string {
  const path = join(folder(), name)
  writeFileSync(path, content)
  return path
}

export const jsonl = (...records: unknown[]) => file('pairs.jsonl', records.map((r) => JSON.stringify(r)).join('\n'))

export async function readAll(path: string, options: { format?: FileFormat; map?: ColumnMap } = {}) {
  const found = await openPairFile(path, options)
  const rows: PairFileRow[] = []
  for await (const row of found.rows()) rows.push(row)
  return {
    ...found,
    pairs: rows.flatMap((row) => ('pair' in row ? [row.pair] : [])),
    refused: rows.flatMap((row) => ('refused' in row ? [`${row.line}: ${row.refused}`] : [])),
    lines: rows.map(({ line }) => line),
  }
}

export const texts = ({ prompt, chosen, rejected }: FilePair) => ({ prompt, chosen, rejected })
