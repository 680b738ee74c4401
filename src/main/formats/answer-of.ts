// One record as an answer alone with a mark, good or bad, or the reason why it is none.
// Shapes: TRL's unpaired preferences (prompt, completion, label; texts or turns), and LLaMA-Factory's kto_tag beside a whole conversation.
import type { Mark, Text, Turn } from '#contract'
import type { Columns } from './columns.ts'
import { turnOf, turnsOf } from './conversations.ts'
import { extraOf, promptFault, promptOf, textFault, writerIn, type FilePair, type Shape } from './pair-of.ts'
import { refuse, type Refused } from './records.ts'

type Answered = { shape: Shape; prompt: Text; answer: string }

export function answerOf(record: Record<string, unknown>, columns: Columns): (FilePair & { shape: Shape }) | Refused {
  const { map, input, system } = columns
  const mark = map.label === undefined ? null : markOf(record[map.label])
  if (mark === undefined) return refuse(`${map.label} is neither good nor bad`)
  const found = answered(record, columns)
  if ('refused' in found) return found
  const { shape, prompt, answer } = found
  const fault = promptFault(prompt) ?? textFault(map.completion ?? 'answer', answer)
  if (fault !== null) return refuse(fault)
  if (answer.trim() === '') return refuse(`${map.completion ?? 'the answer'} is empty`)
  const used = new Set([map.prompt, map.completion, map.label, map.completionBy, input, system])
  return {
    ...{ shape, prompt, chosen: answer, rejected: '', mark, given: mark !== null },
    chosenBy: writerIn(record, map.completionBy),
    rejectedBy: null,
    extra: extraOf(Object.entries(record).filter(([name]) => !used.has(name))),
  }
}

const words: Record<Mark, readonly string[]> = {
  good: ['true', '1', 'yes', 'good', 'desirable', 'positive', 'up', 'thumbs up'],
  bad: ['false', '0', '-1', 'no', 'bad', 'undesirable', 'negative', 'down', 'thumbs down'],
}

/** A mark as files write it: a truth value, 1 and 0, or a word. Null where there is none yet, undefined for anything else. */
export function markOf(value: unknown): Mark | null | undefined {
  if (value === null || value === undefined || value === '') return null
  if (!['boolean', 'number', 'bigint', 'string'].includes(typeof value)) return undefined
  const word = String(value as boolean)
    .trim()
    .toLowerCase()
    .replaceAll(/[-_ ]+(?=\D)/g, ' ')
  return (['good', 'bad'] as const).find((mark) => words[mark].includes(word))
}

function answered(record: Record<string, unknown>, columns: Columns): Answered | Refused {
  const { map } = columns
  const before = promptOf(map.prompt === undefined ? undefined : record[map.prompt], record, columns)
  if (before === null) return refuse('No prompt')
  if (typeof before === 'object' && 'refused' in before) return before
  if (map.completion === undefined) return lastTurn(before)
  const value = record[map.completion]
  if (value === undefined || value === null) return refuse(`No ${map.completion}`)
  if (typeof value === 'string')
    return { shape: typeof before === 'string' ? 'plain' : 'conversations', prompt: before, answer: value }
  const turn = turnOf(value)
  const turns = turn ? [turn] : turnsOf(value)
  if (!turns) return refuse(`${map.completion} is neither a text nor a list of turns`)
  const asked: Turn[] = typeof before === 'string' ? [{ role: 'user', content: before }] : before
  return lastTurn([...asked, ...turns])
}

/** A conversation that ends with its answer. */
function lastTurn(whole: Text): Answered | Refused {
  if (typeof whole === 'string') return refuse('No column is known as the answer')
  const last = whole.at(-1) as Turn
  if (last.role !== 'assistant') return refuse("The last turn is not the assistant's")
  if (whole.length === 1) return refuse('No prompt: the answer is the only turn')
  return { shape: 'conversations', prompt: whole.slice(0, -1), answer: last.content }
}
