// A preference pair as token ids, by the rules of TRL 1.16's DPOTrainer; nothing is ever cut, pairs that do not fit are refused.
import type { ChatMessage } from './chat-template.ts'
import type { Tokenizer } from './tokenizer.ts'

/** A pair as plain text, or as messages to be rendered by the model's chat template. */
export type PairText =
  | { prompt: string; chosen: string; rejected: string }
  | { prompt: readonly ChatMessage[]; chosen: readonly ChatMessage[]; rejected: readonly ChatMessage[] }

/** What follows the shared beginning on one side; tokens from index `scoreFrom` on belong to the response. */
export type PairSide = { ids: number[]; scoreFrom: number }

/** `shared` then a side's `ids` is that side's whole sequence, end-of-text included. */
export type TokenizedPair = { shared: number[]; chosen: PairSide; rejected: PairSide }

/** One prompt with one response: `ids` is the whole sequence, the response begins at index `start`. */
export type TokenizedResponse = { ids: number[]; start: number }

export type Refused = { refused: string }

type Text = string | readonly ChatMessage[]

/** Ids to continue a prompt from: with the tokenizer's BOS, or rendered up to where the assistant begins to speak. */
export function tokenizePrompt(tokenizer: Tokenizer, prompt: Text): number[] {
  if (typeof prompt !== 'string') return tokenizer.encodeChat(prompt, { addGenerationPrompt: true })
  return withBos(tokenizer, tokenizer.encode(prompt))
}

/**
 * One prompt and one response. Both are tokenised together, since tokens may merge across the seam; the response begins where
 * the whole stops agreeing with the prompt alone. Plain text ends with EOS, chats end as their template says.
 * `name` says in a refusal which response it is; `context` is the largest number of tokens that may stand in a sequence.
 */
export function tokenizeResponse(
  tokenizer: Tokenizer,
  { prompt, response, name = 'response' }: { prompt: Text; response: Text; name?: string },
  { context }: { context: number },
): TokenizedResponse | Refused {
  if (isEmpty(response)) return { refused: `the ${name} is empty` }
  let alone: number[], ids: number[]
  try {
    alone = tokenizePrompt(tokenizer, prompt)
    ids = wholeIds(tokenizer, prompt, response)
  } catch (problem) {
    return { refused: problem instanceof Error ? problem.message : String(problem) }
  }
  const start = commonPrefix(alone, ids)
  if (start === ids.length) return { refused: `the ${name} adds no tokens to its prompt` }
  if (start === 0)
    return { refused: `the ${name} has no prompt before it to be predicted from, and the tokenizer adds none` }
  if (ids.length > context) {
    const sum = `prompt ${start} + ${name} ${ids.length - start} = ${ids.length} tokens`
    return { refused: `too long: ${sum}, the limit is ${context}` }
  }
  return { ids, start }
}

/**
 * A pair in the layout of a shared prompt: `shared` is what both sequences begin with, as far as neither side's response has
 * begun. Where a template renders the prompt differently before the two responses, the side that parts earlier keeps the
 * rest of its prompt in front of `scoreFrom`.
 */
export function tokenizePair(
  tokenizer: Tokenizer,
  { prompt, chosen, rejected }: PairText,
  limit: { context: number },
): TokenizedPair | Refused {
  const a = tokenizeResponse(tokenizer, { prompt, response: chosen, name: 'chosen' }, limit)
  if ('refused' in a) return a
  const b = tokenizeResponse(tokenizer, { prompt, response: rejected, name: 'rejected' }, limit)
  if ('refused' in b) return b
  const seam = Math.min(a.start, b.start, commonPrefix(a.ids, b.ids))
  return {
    shared: a.ids.slice(0, seam),
    chosen: { ids: a.ids.slice(seam), scoreFrom: a.start - seam },
    rejected: { ids: b.ids.slice(seam), scoreFrom: b.start - seam },
  }
}

function wholeIds(tokenizer: Tokenizer, prompt: Text, response: Text): number[] {
  if (typeof prompt !== 'string' && typeof response !== 'string') return tokenizer.encodeChat([...prompt, ...response])
  if (typeof prompt !== 'string' || typeof response !== 'string') {
    throw new Error('the prompt is plain text and the response a chat, or the other way round')
  }
  const { eos } = tokenizer
  if (!eos) throw new Error('the tokenizer has no end-of-text token, so plain responses cannot be ended')
  const ids = withBos(tokenizer, tokenizer.encode(prompt + response))
  return response.endsWith(eos.text) ? ids : [...ids, eos.id]
}

function withBos({ addBos, bos }: Tokenizer, ids: number[]): number[] {
  return addBos && bos && ids[0] !== bos.id ? [bos.id, ...ids] : ids
}

function commonPrefix(a: readonly number[], b: readonly number[]): number {
  let length = 0
  while (length < a.length && length < b.length && a[length] === b[length]) length++
  return length
}

function isEmpty(response: Text): boolean {
  return typeof response === 'string' ? response === '' : response.every(({ content }) => content === '')
}
