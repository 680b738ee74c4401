// A file of prompts: pairs of which only the prompt and the chosen answer count, rows with a prompt, or a text with one a line.
import { isUtf8 } from 'node:buffer'
import { extname } from 'node:path'
import type { FileFormat, Text } from '#contract'
import { columnsOf } from './columns.ts'
import { turnsOf } from './conversations.ts'
import { fileSize, formatOf } from './file.ts'
import { linesOf } from './lines.ts'
import { pairOf, promptFault, promptOf } from './pair-of.ts'
import { readers } from './readers.ts'
import { excerptOf, type ReadOptions } from './records.ts'

/** `expected` is what the file gives as the right answer, or IFEval's instructions as JSON. */
export type FilePrompt = { prompt: Text; expected: string | null }
export type PromptFileRow = { line: number; prompt: FilePrompt } | { line: number; refused: string; excerpt: string }

/** Columns that may hold the right answer, the plainest first. */
const answers = ['expected', 'answer', 'expected_answer', 'target', 'reference', 'solution', 'chosen']

/**
 * Its rows from the beginning. A bad row never throws: it comes out with its line and reason.
 * @throws ProblemError when the file as a whole cannot be read
 */
export async function* readPrompts(file: string, options: ReadOptions = {}): AsyncGenerator<PromptFileRow> {
  const size = await fileSize(file)
  const format = await promptFormat(file)
  if (format === 'text') return yield* textLines(file, size, options)
  for await (const row of readers[format](file, size, options)) {
    if ('refused' in row) {
      yield row
      continue
    }
    const found = rowPrompt(row.record)
    if ('refused' in found)
      yield { line: row.line, refused: found.refused, excerpt: excerptOf(JSON.stringify(row.record) ?? '') }
    else yield { line: row.line, prompt: found }
  }
}

/** What is no other format is a text, unless its name says that it is CSV. */
async function promptFormat(file: string): Promise<FileFormat | 'text'> {
  const ending = extname(file).toLowerCase()
  if (ending === '.txt') return 'text'
  const format = await formatOf(file)
  return format === 'csv' && ending !== '.csv' && ending !== '.tsv' ? 'text' : format
}

/** Empty lines are passed over. */
async function* textLines(file: string, size: number, options: ReadOptions): AsyncGenerator<PromptFileRow> {
  const lenient = new TextDecoder('utf-8', { ignoreBOM: true })
  for await (const { number: line, bytes } of linesOf(file, size, options)) {
    if (bytes === 'too-long') {
      yield { line, refused: 'The line is longer than 16 MB', excerpt: '' }
      continue
    }
    const prompt = lenient.decode(bytes).replace(/\r$/, '')
    if (prompt.trim() === '') continue
    const fault = isUtf8(bytes) ? promptFault(prompt) : 'Not valid UTF-8'
    if (fault === null) yield { line, prompt: { prompt, expected: null } }
    else yield { line, refused: fault, excerpt: excerptOf(prompt) }
  }
}

function rowPrompt(record: Record<string, unknown>): FilePrompt | { refused: string } {
  const columns = columnsOf(Object.keys(record), null, [record])
  const { map } = columns
  if (map.chosen !== undefined && map.rejected !== undefined) {
    const pair = pairOf(record, columns)
    return 'refused' in pair ? pair : { prompt: pair.prompt, expected: pair.given ? pair.chosen : null }
  }
  const whole = promptOf(map.prompt === undefined ? undefined : record[map.prompt], record, columns)
  if (whole === null) return { refused: 'No column is known as prompt' }
  if ('refused' in Object(whole)) return whole as { refused: string }
  const { prompt, answered } = beforeAnswer(whole as Text)
  const fault = promptFault(prompt)
  return fault === null
    ? { prompt, expected: instructionsIn(record) ?? answerIn(record) ?? answered }
    : { refused: fault }
}

/** A whole conversation up to the assistant's last turn, which is its answer. */
function beforeAnswer(prompt: Text): { prompt: Text; answered: string | null } {
  const last = typeof prompt === 'string' ? null : prompt.at(-1)
  if (typeof prompt === 'string' || last?.role !== 'assistant' || prompt.length === 1) return { prompt, answered: null }
  return { prompt: prompt.slice(0, -1), answered: last.content }
}

function answerIn(record: Record<string, unknown>): string | null {
  for (const name of answers) {
    const value = record[name]
    if (typeof value === 'string' && value.trim() !== '') return value
    if (typeof value === 'number' || typeof value === 'bigint') return String(value)
    const turns = turnsOf(value)
    if (turns) return turns.at(-1)?.content ?? null
  }
  return null
}

/** IFEval's rows hold what the checker of instructions expects. */
function instructionsIn({ instruction_id_list, kwargs }: Record<string, unknown>): string | null {
  return Array.isArray(instruction_id_list) && Array.isArray(kwargs)
    ? JSON.stringify({ instruction_id_list, kwargs })
    : null
}
