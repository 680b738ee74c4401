// Answers of a loaded policy to prompts, as texts.
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Text } from '#contract'
import { generatedTokens, tokenizePrompt } from '#ml'
import type { LoadedPolicy } from './policy.ts'

export type Asking = {
  /** Answers to each prompt. */
  answers: number
  maxTokens: number
  /** 0 is greedy. */
  temperature: number
  /** The share of the likeliest tokens that is drawn from, above 0 to 1. */
  topP: number
  seed: number
  /** Place of the first prompt in a longer list: parts of the list then give what the whole would. Default 0. */
  first?: number
}

/** One answer; `ended`: by itself, and not for want of room. `ids` are its tokens, the one that ended it included. */
export type Answer = { text: string; ids: readonly number[]; ended: boolean }

/** What a checker reads of a prompt: of a conversation what the user said last. */
export function askedOf(prompt: Text): string {
  return typeof prompt === 'string' ? prompt : (prompt.findLast(({ role }) => role === 'user')?.content ?? '')
}

/** Prompts that leave room for an answer in the model's context, by their place in `prompts`; conversations go through the chat template. */
export function roomyPrompts(
  { model }: LoadedPolicy,
  prompts: readonly Text[],
  maxTokens: number,
): Map<number, number[]> {
  const { context } = model.checkpoint.config
  const found = prompts.map((prompt, i) => [i, tokenizePrompt(model.tokenizer, prompt)] as const)
  return new Map(found.filter(([, ids]) => ids.length > 0 && ids.length + maxTokens <= context))
}

/**
 * `asking.answers` answers to each of the prompts of token ids, in order; equal seeds give equal answers. `told` is called with the number
 * of answers that are done. Stopped early it returns what it has; the answers that were under way are cut.
 */
export async function answersOf(
  { executor, model, adapter }: LoadedPolicy,
  prompts: readonly (readonly number[])[],
  asking: Asking,
  { stop, told }: { stop: AbortSignal; told: (done: number, all: number) => void },
): Promise<Answer[][]> {
  const { tokenizer, checkpoint } = model
  const { maxTokens, temperature, topP, seed, first = 0 } = asking
  const all = prompts.length * asking.answers
  const options = {
    ...{ maxTokens, temperature, topP, seed, each: asking.answers, first: first * asking.answers },
    signal: stop,
  }
  const responses: number[][] = Array.from({ length: all }, () => [])
  let done = 0
  for await (const { answer, token, last } of generatedTokens(executor, checkpoint.config, prompts, {
    ...options,
    adapter: adapter ?? undefined,
  })) {
    responses[answer]!.push(token)
    if (last) told(++done, all)
    // Computing never leaves the thread: a stop and the heartbeat get their turn here.
    await nextTurn()
  }
  const answers = responses.map((ids) => ({
    text: tokenizer.decode(ids, { skipSpecial: true }),
    ids,
    ended: checkpoint.config.eos.includes(ids.at(-1) ?? -1),
  }))
  return prompts.map((_, p) => answers.slice(p * asking.answers, (p + 1) * asking.answers))
}
