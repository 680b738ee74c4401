// One record as a pair, whatever shape its values have, or the reason why it is none.
// Shapes: TRL's dataset formats (explicit and implicit prompts), HH-RLHF, UltraFeedback, ShareGPT and Alpaca rankings.
import type { Mark, PairNumbers, Text, Turn } from '#contract'
import type { Columns } from './columns.ts'
import { sharedTurns, transcriptOf, turnOf, turnsOf } from './conversations.ts'
import { numbersOf } from './pair-numbers.ts'
import { isRecord, refuse, type Refused } from './records.ts'

export type FilePair = {
  prompt: Text
  chosen: string
  rejected: string
  /** Whether the file says which is chosen. */
  given: boolean
  /** Of an answer alone, which is in `chosen`: what the file says of it, null where it says nothing. Not there for a pair. */
  mark?: Mark | null
  chosenBy: string | null
  rejectedBy: string | null
  /** How much better the chosen answer is, as the file's numbers tell it. Not there where it tells none. */
  numbers?: PairNumbers
  /** Other columns, as bounded text. */
  extra: Record<string, string>
}

export type Shape = 'plain' | 'shared beginning' | 'conversations' | 'transcript'
type Split = { shape: Shape; prompt: Text; chosen: string; rejected: string }

/** Characters that one text may have. */
export const TEXT_LIMIT = 200_000
const loneSurrogate = /\p{Surrogate}/u
const loneSurrogates = /\p{Surrogate}/gu
const EXTRA = { columns: 32, name: 100, value: 2000 }

export function pairOf(record: Record<string, unknown>, columns: Columns): (FilePair & { shape: Shape }) | Refused {
  const split = splitOf(record, columns)
  if ('refused' in split) return split
  const fault = faultOf(split, columns)
  if (fault !== null) return refuse(fault)
  const { map, given, ranked, input, system } = columns
  const numbers = numbersOf(record, map)
  if (numbers && 'refused' in numbers) return numbers
  const used = new Set([...Object.values(map), ranked, input, system])
  const { shape, prompt, chosen, rejected } = split
  return {
    ...{ shape, prompt, chosen, rejected, given },
    ...(numbers && { numbers }),
    chosenBy: writerIn(record, map.chosenBy),
    rejectedBy: writerIn(record, map.rejectedBy),
    extra: extraOf(Object.entries(record).filter(([name]) => !used.has(name))),
  }
}

function splitOf(record: Record<string, unknown>, columns: Columns): Split | Refused {
  const { map, ranked } = columns
  const prompt = map.prompt === undefined ? undefined : record[map.prompt]
  let [chosen, rejected] = [map.chosen, map.rejected].map((name) => (name === undefined ? undefined : record[name]))
  if (ranked !== null) {
    const answers = record[ranked]
    if (!Array.isArray(answers) || answers.length !== 2)
      return refuse(`Column ${ranked} does not hold two answers, the better one first`)
    ;[chosen, rejected] = answers as unknown[]
  }
  for (const [part, value, name] of [
    ['chosen', chosen, map.chosen],
    ['rejected', rejected, map.rejected],
  ] as const) {
    if (value === undefined || value === null)
      return refuse(name === undefined && ranked === null ? `No column is known as ${part}` : `No ${name ?? part}`)
  }
  const before = promptOf(prompt, record, columns)
  if (before !== null && 'refused' in Object(before)) return before as Refused
  return joined(before as Text | null, chosen, rejected)
}

/** The prompt as far as a column of its own tells it; null when there is none. */
export function promptOf(
  value: unknown,
  record: Record<string, unknown>,
  { map, input, system }: Columns,
): Text | null | Refused {
  if (value === undefined || value === null) {
    return map.prompt === undefined ? null : refuse(`No ${map.prompt}`)
  }
  const told = system === null ? '' : record[system]
  const before: Turn[] = typeof told === 'string' && told.trim() !== '' ? [{ role: 'system', content: told }] : []
  if (typeof value === 'string') {
    const more = input === null ? '' : record[input]
    const text = typeof more === 'string' && more !== '' ? `${value}\n${more}` : value
    return before.length > 0 ? [...before, { role: 'user', content: text }] : text
  }
  const turns = turnsOf(value)
  if (!turns) return refuse(`${map.prompt ?? 'prompt'} is neither a text nor a list of turns`)
  return turns[0]?.role === 'system' ? turns : [...before, ...turns]
}

function joined(prompt: Text | null, chosen: unknown, rejected: unknown): Split | Refused {
  if (typeof chosen === 'string' && typeof rejected === 'string') {
    if (typeof prompt === 'string') return { shape: 'plain', prompt, chosen, rejected }
    if (prompt) return { shape: 'conversations', prompt, chosen, rejected }
    const [one, other] = [transcriptOf(chosen), transcriptOf(rejected)]
    if (one && other) return afterShared('transcript', null, one, other)
    return sharedBeginning(chosen, rejected)
  }
  const [one, other] = [answerOf(chosen), answerOf(rejected)]
  if (!one) return refuse('chosen is neither a text nor a list of turns')
  if (!other) return refuse('rejected is neither a text nor a list of turns')
  return afterShared('conversations', prompt, one, other)
}

function answerOf(value: unknown): Turn[] | null {
  const turn = typeof value === 'string' ? { role: 'assistant', content: value } : turnOf(value)
  return turn ? [turn] : turnsOf(value)
}

/** What both conversations share goes to the prompt; one answer of the assistant each must be left. */
function afterShared(shape: Shape, prompt: Text | null, one: Turn[], other: Turn[]): Split | Refused {
  const shared = Math.min(sharedTurns(one, other), Math.min(one.length, other.length) - 1)
  const [chosen, ...moreChosen] = one.slice(shared) as [Turn, ...Turn[]]
  const [rejected, ...moreRejected] = other.slice(shared) as [Turn, ...Turn[]]
  if (moreChosen.length > 0 || moreRejected.length > 0)
    return refuse(`The conversations part at turn ${shared + 1} and go on; one answer each must be left`)
  if (chosen.role !== 'assistant' || rejected.role !== 'assistant')
    return refuse("The last turn is not the assistant's")
  const turns = startingWith(prompt, one.slice(0, shared))
  if (turns.length === 0) return refuse('No prompt: the conversations share no turn')
  return { shape, prompt: turns, chosen: chosen.content, rejected: rejected.content }
}

/** The shared turns, with the prompt of a column of its own before them unless they repeat it. */
function startingWith(prompt: Text | null, shared: Turn[]): Turn[] {
  if (prompt === null) return shared
  const own: Turn[] = typeof prompt === 'string' ? [{ role: 'user', content: prompt }] : prompt
  const last = own.at(-1) as Turn
  const repeated = shared.some(({ role, content }) => role === last.role && content.trim() === last.content.trim())
  if (!repeated) return [...own, ...shared]
  const system = own[0]?.role === 'system' && shared[0]?.role !== 'system' ? own.slice(0, 1) : []
  return [...system, ...shared]
}

/** TRL's rule for texts without a prompt: what both begin with is the prompt, cut back to where a word ends. */
function sharedBeginning(chosen: string, rejected: string): Split | Refused {
  let end = 0
  while (end < chosen.length && end < rejected.length && chosen[end] === rejected[end]) end++
  if (end === chosen.length && end === rejected.length) return refuse('chosen and rejected are the same')
  while (end > 0 && !/\s/.test(chosen[end - 1] as string)) end--
  const prompt = chosen.slice(0, end)
  if (prompt.trim() === '')
    return refuse('No prompt: there is no such column, and chosen and rejected begin differently')
  return { shape: 'shared beginning', prompt, chosen: chosen.slice(end), rejected: rejected.slice(end) }
}

function faultOf({ prompt, chosen, rejected }: Split, { map, given }: Columns): string | null {
  const names = given ? ['chosen', 'rejected'] : [map.chosen ?? 'a', map.rejected ?? 'b']
  const sides = [
    [names[0], chosen],
    [names[1], rejected],
  ] as [string, string][]
  const faults = [promptFault(prompt), ...sides.map(([name, text]) => textFault(name, text))]
  const fault = faults.find((found) => found !== null)
  if (fault !== undefined) return fault
  const empty = sides.find(([, text]) => text.trim() === '')
  if (empty) return `${empty[0]} is empty`
  return chosen === rejected ? `${names[0]} and ${names[1]} are the same` : null
}

/** Why a prompt cannot be stored or asked; null when it can. */
export function promptFault(prompt: Text): string | null {
  const contents = typeof prompt === 'string' ? [prompt] : prompt.map(({ content }) => content)
  const fault = contents.map((text) => textFault('prompt', text)).find((found) => found !== null)
  if (fault !== undefined) return fault
  if (contents.every((text) => text.trim() === '')) return 'prompt is empty'
  return contents.reduce((sum, text) => sum + text.length, 0) > TEXT_LIMIT
    ? `prompt has more than ${TEXT_LIMIT} characters`
    : null
}

/** Why a text cannot be stored, with the name that it goes by; null when it can. */
export function textFault(name: string, text: string): string | null {
  if (text.length > TEXT_LIMIT) return `${name} has ${text.length} characters; at most ${TEXT_LIMIT} are stored`
  if (text.includes('\0')) return `${name} holds a zero byte`
  return loneSurrogate.test(text) ? `${name} is not valid Unicode` : null
}

export function writerIn(record: Record<string, unknown>, column: string | undefined): string | null {
  const value = column === undefined ? null : record[column]
  return typeof value === 'string' && value.trim() !== '' && !loneSurrogate.test(value) && !value.includes('\0')
    ? value.trim().slice(0, 200)
    : null
}

export function extraOf(entries: [string, unknown][]): Record<string, string> {
  const texts = entries.slice(0, EXTRA.columns).flatMap(([name, value]): [string, string][] => {
    const text = textOf(value)
    if (text === null || text === '') return []
    const short = text.length > EXTRA.value ? `${text.slice(0, EXTRA.value)}…` : text
    return [
      [name.slice(0, EXTRA.name), short].map((part) => part.replaceAll('\0', ' ').replaceAll(loneSurrogates, ' ')) as [
        string,
        string,
      ],
    ]
  })
  return Object.fromEntries(texts)
}

function textOf(value: unknown): string | null {
  if (value === null || value === undefined) return null
  if (typeof value === 'string') return value
  if (typeof value !== 'object') return String(value)
  try {
    return JSON.stringify(value, (_, inner: unknown) => (typeof inner === 'bigint' ? inner.toString() : inner)) ?? null
  } catch {
    return isRecord(value) ? '{…}' : '[…]'
  }
}
