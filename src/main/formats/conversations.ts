// Conversations as other tools write them: lists of turns, and transcripts of "Human:" and "Assistant:".
import type { Turn } from '#contract'
import { isRecord } from './records.ts'

/** ShareGPT's names of roles, and others'. */
const roles: Record<string, string> = {
  human: 'user',
  user: 'user',
  prompter: 'user',
  gpt: 'assistant',
  assistant: 'assistant',
  chatgpt: 'assistant',
  bot: 'assistant',
  model: 'assistant',
  system: 'system',
}

/** One turn of {role, content} or {from, value}; null when it is none. */
export function turnOf(value: unknown): Turn | null {
  if (!isRecord(value)) return null
  const role = value['role'] ?? value['from']
  const content = value['content'] ?? value['value']
  if (typeof role !== 'string' || typeof content !== 'string' || role === '' || role.length > 64) return null
  return { role: Object.hasOwn(roles, role.toLowerCase()) ? (roles[role.toLowerCase()] as string) : role, content }
}

/** A list of turns; null when it is none. */
export function turnsOf(value: unknown): Turn[] | null {
  if (!Array.isArray(value) || value.length === 0 || value.length > 10_000) return null
  const turns = value.map(turnOf)
  return turns.every((turn) => turn !== null) ? turns : null
}

const marks: [mark: string, role: string][] = [
  ['\n\nHuman:', 'user'],
  ['\n\nAssistant:', 'assistant'],
]

/** A transcript as in Anthropic's HH-RLHF, cut into turns; null when the text does not begin as one. */
export function transcriptOf(text: string): Turn[] | null {
  if (!/^\s*Human:/.test(text)) return null
  const parts = `\n\n${text.trimStart()}`.split(/(\n\nHuman:|\n\nAssistant:)/)
  const turns: Turn[] = []
  for (let at = 1; at < parts.length; at += 2) {
    const role = marks.find(([mark]) => mark === parts[at])?.[1] ?? 'user'
    turns.push({ role, content: (parts[at + 1] ?? '').trim() })
  }
  return turns
}

/** How many turns two conversations share at their beginning. */
export function sharedTurns(one: readonly Turn[], other: readonly Turn[]): number {
  let shared = 0
  while (shared < one.length && shared < other.length) {
    const [a, b] = [one[shared] as Turn, other[shared] as Turn]
    if (a.role !== b.role || a.content !== b.content) break
    shared++
  }
  return shared
}
