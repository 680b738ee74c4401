// Pairs as JSON Lines in TRL's explicit form: prompt, chosen, rejected; answers alone in its unpaired one: prompt, completion, label. With
// what is expected of an answer and the numbers of a pair where they are there; conversations where the prompt is one.
import { open, rename, rm } from 'node:fs/promises'
import { ProblemError, type Mark, type PairNumbers, type Text } from '#contract'
import { refusal } from './file.ts'

/** `expected`: what answers are compared with, where that is not the chosen one. With a mark an answer alone, which is in `chosen`. */
export type WrittenPair = {
  prompt: Text
  chosen: string
  rejected: string
  expected: string | null
  mark?: Mark
  numbers?: PairNumbers | null
}

/** One line, without its end. */
export function lineOf({ prompt, chosen, rejected, expected, mark, numbers }: WrittenPair): string {
  const more = expected === null ? {} : { expected }
  const answer = (content: string) => (typeof prompt === 'string' ? content : [{ role: 'assistant', content }])
  if (mark) return JSON.stringify({ prompt, completion: answer(chosen), label: mark === 'good', ...more })
  return JSON.stringify({ prompt, chosen: answer(chosen), rejected: answer(rejected), ...more, ...columns(numbers) })
}

/** Under the names that an import knows them by. */
function columns(numbers: PairNumbers | null | undefined): Record<string, number> {
  const { margin, scoreChosen, scoreRejected } = numbers ?? {}
  const named = { margin, score_chosen: scoreChosen, score_rejected: scoreRejected }
  return Object.fromEntries(Object.entries(named).flatMap(([name, value]) => (value == null ? [] : [[name, value]])))
}

/**
 * Writes all pairs or leaves what was there: the file appears under its name when it is complete. Returns how many.
 * @throws ProblemError when the place cannot be written
 */
export async function writePairs(file: string, pairs: Iterable<WrittenPair>): Promise<number> {
  const part = `${file}.part`
  let count = 0
  try {
    const handle = await open(part, 'w')
    try {
      let text = ''
      for (const pair of pairs) {
        text += `${lineOf(pair)}\n`
        count++
        if (text.length > 1024 * 1024) {
          await handle.write(text)
          text = ''
        }
      }
      await handle.write(text)
      await handle.sync()
    } finally {
      await handle.close()
    }
    await rename(part, file)
    return count
  } catch (thrown) {
    await rm(part, { force: true }).catch(() => {})
    throw thrown instanceof ProblemError ? thrown : unwritable(file, thrown)
  }
}

function unwritable(file: string, thrown: unknown): unknown {
  const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : ''
  if (code === 'ENOSPC') return refusal(file, 'The disk is full; no file was written', 'Free some space and try again')
  if (code === 'ENOENT') return refusal(file, 'The folder does not exist', 'Make it, or name another')
  if (code === 'EISDIR') return refusal(file, 'This is a folder', 'Name a file in it')
  if (/^E[A-Z]+$/.test(code))
    return refusal(file, `The file could not be written (${code})`, 'Choose a place that you may write in')
  return thrown
}
