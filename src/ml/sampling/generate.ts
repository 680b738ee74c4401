// Generation: continues prompts token by token on an executor that holds the model's weights.
import type { Executor, HostArrays, Program } from '../program.ts'
import { floats, ints } from '../program.ts'
import type { ModelConfig } from '../models/config.ts'
import type { LoraSettings } from '../models/lora.ts'
import { randomStream } from '../random.ts'
import { cacheNames, type CacheShape, emptyCache, promptReading, tokenReading } from './cached-decoding.ts'
import { type Sampling, checkSampling, nextToken } from './next-token.ts'

export type GenerationOptions = Partial<Omit<Sampling, 'temperature'>> & {
  /** Of all answers, or of each by its place. */
  temperature?: number | readonly number[]
  /** Longest response, in tokens. */
  maxTokens: number
  /** Answers to every prompt. They share what is kept of it. Default 1. */
  each?: number
  /** A draw depends on (seed, `first` + index of the answer, step) alone, not on which answers share a batch. */
  seed: number
  /** Place of the first answer in a longer list: parts of the list then give what the whole would. Default 0. */
  first?: number
  /** Tokens that end a response; the model's own when left out. */
  eos?: readonly number[]
  /** Settings of the adapter whose weights lie in the executor's state under PEFT's names. */
  adapter?: LoraSettings
  /** Answers drawn together. Default `drawnTogether`. */
  batch?: number
  /** Generation stops before the next token once this says so. */
  signal?: { readonly aborted: boolean }
}

/** Answers that are drawn together unless said otherwise. */
export const drawnTogether = 8

/** One new token of one answer, which goes by its place: `each` answers to the first prompt come first. `last` when it ends the answer. */
export type GeneratedToken = { answer: number; token: number; last: boolean }

/**
 * Answers to prompts of token ids, in order, `each` to a prompt, each with the token that ended it, if one did. Temperature 0 is greedy;
 * defaults are temperature 1, no top-k, no top-p, no penalty. An aborted call returns what it has.
 * Throws when a prompt is empty or does not fit the model's context with `maxTokens` more, or a setting is out of range.
 */
export async function generate(
  executor: Executor,
  config: ModelConfig,
  prompts: readonly (readonly number[])[],
  options: GenerationOptions,
): Promise<number[][]> {
  const answers: number[][] = Array.from({ length: prompts.length * (options.each ?? 1) }, () => [])
  for await (const { answer, token } of generatedTokens(executor, config, prompts, options))
    answers[answer]!.push(token)
  return answers
}

/** The same as a stream: tokens as they are made, answers of one batch interleaved. */
export async function* generatedTokens(
  executor: Executor,
  config: ModelConfig,
  prompts: readonly (readonly number[])[],
  options: GenerationOptions,
): AsyncGenerator<GeneratedToken, void> {
  checkPrompts(config, prompts, options.maxTokens)
  for (const temperature of new Set([options.temperature ?? plainSampling.temperature].flat()))
    checkSampling({ ...plainSampling, ...options, temperature })
  const { each = 1, batch = drawnTogether } = options
  if (!Number.isInteger(each) || each < 1) throw new Error(`Answers to a prompt must be 1 or more, got ${each}.`)
  const together = Math.max(1, Math.floor(batch / each))
  for (let first = 0; first < prompts.length; first += together) {
    const read = prompts.slice(first, first + together)
    for (let from = 0; from < each; from += batch) {
      if (options.signal?.aborted) return
      const answers = Array.from({ length: Math.min(batch, each - from) }, (_, i) => from + i)
      const group = { prompts: read, answers, place: (p: number, a: number) => (first + p) * each + a }
      yield* batchTokens(executor, config, group, read.length === 1 ? 1 : together, options)
    }
  }
}

/** Answers `answers` of each of some prompts; `place` tells where an answer lies in the whole list. */
type Group = {
  prompts: readonly (readonly number[])[]
  answers: readonly number[]
  place: (prompt: number, answer: number) => number
}

const plainSampling: Sampling = { temperature: 1, topK: 0, topP: 1, repetitionPenalty: 1 }

/**
 * Reads `size` prompts, repeating the first where there are fewer: a recorded program then does for any number of them. Rows of an answer
 * that has ended go on with their last token, unread.
 */
async function* batchTokens(
  executor: Executor,
  config: ModelConfig,
  { prompts, answers, place }: Group,
  size: number,
  options: GenerationOptions,
) {
  const each = answers.length
  const read = Array.from({ length: size }, (_, p) => prompts[p] ?? prompts[0]!)
  const texts = read.flatMap((prompt) => answers.map(() => [...prompt]))
  const { temperature = plainSampling.temperature } = options
  const samplingOf = (answer: number): Sampling => ({
    ...{ ...plainSampling, ...options },
    temperature: typeof temperature === 'number' ? temperature : temperature[answer]!,
  })
  const eos = options.eos ?? config.eos
  const before = options.first ?? 0
  const shape = cacheShape(read, each, options.maxTokens)
  const { read: reading, step } = programs(executor, config, shape, options.adapter)
  const visible = promptsVisible(read, shape)
  const running = new Set(Array.from({ length: prompts.length * each }, (_, r) => r))
  try {
    for (const [name, value] of Object.entries(emptyCache(config, shape))) executor.put(name, value)
    let outputs = await executor.run(reading, promptInputs(read, shape))
    for (let made = 0; ; made++) {
      const logits = outputs.logits!.data as Float32Array
      for (const r of running) {
        const prompt = Math.floor(r / each)
        const answer = place(prompt, answers[r % each]!)
        // The first token of all answers to a prompt is drawn from what reading it gave.
        const from = made === 0 ? prompt : r
        const own = logits.subarray(from * config.V, (from + 1) * config.V)
        const draw = randomStream(options.seed, 'sampling', before + answer).uniform(made)
        const text = texts[r]!
        const token = nextToken(own, text, samplingOf(answer), draw)
        const last = eos.includes(token) || made + 1 === options.maxTokens
        text.push(token)
        if (last) running.delete(r)
        yield { answer, token, last }
      }
      if (running.size === 0 || options.signal?.aborted) return
      outputs = await executor.run(step, { ...stepInputs(read, texts, made + 1, shape), ...visible })
    }
  } finally {
    executor.drop(cacheNames(config, shape))
  }
}

/** Sizes rounded up, so that prompts of similar length run the same recorded program. */
function cacheShape(prompts: readonly (readonly number[])[], each: number, maxTokens: number): CacheShape {
  const roundedUp = (tokens: number) => Math.ceil(tokens / 32) * 32
  const longest = Math.max(...prompts.map(({ length }) => length))
  return { B: prompts.length, each, P: roundedUp(longest), C: roundedUp(maxTokens) }
}

function promptInputs(prompts: readonly (readonly number[])[], { B, P }: CacheShape): HostArrays {
  const padded = (blank: number, value: (tokens: readonly number[], i: number) => number) =>
    ints(
      prompts.flatMap((tokens) => [
        ...Array<number>(P - tokens.length).fill(blank),
        ...tokens.map((_, i) => value(tokens, i)),
      ]),
      [B, P],
    )
  return {
    ids: padded(0, (tokens, i) => tokens[i]!),
    positions: padded(0, (_, i) => i),
    units: padded(-1, () => 0),
    branches: padded(0, () => 0),
  }
}

/** Where the prompts stand in their cache: the same in all steps. */
function promptsVisible(prompts: readonly (readonly number[])[], { B, P }: CacheShape): HostArrays {
  const columns = prompts.flatMap(({ length }) =>
    Array.from({ length: P }, (_, column) => (column >= P - length ? 1 : 0)),
  )
  return { prompt_visible: floats(columns, [B, P]) }
}

/** The newest token of each row, after `made` of an answer. */
function stepInputs(
  prompts: readonly (readonly number[])[],
  texts: readonly (readonly number[])[],
  made: number,
  { B, each, C }: CacheShape,
): HostArrays {
  const newest = (of: (text: readonly number[], r: number) => number) => ints(texts.map(of), [B * each, 1])
  return {
    ids: newest((text) => text.at(-1)!),
    positions: newest((_, r) => prompts[Math.floor(r / each)]!.length + made - 1),
    own_visible: floats(
      Array.from({ length: C }, (_, column) => (column >= C - made ? 1 : 0)),
      [1, C],
    ),
  }
}

// An executor that records programs knows them by identity: the same shapes must give the same program.
const known = new WeakMap<Executor, Map<string, { read: Program; step: Program }>>()

function programs(executor: Executor, config: ModelConfig, shape: CacheShape, lora?: LoraSettings) {
  const ofExecutor = known.get(executor) ?? new Map<string, { read: Program; step: Program }>()
  known.set(executor, ofExecutor)
  const key = JSON.stringify([config, shape, lora])
  const made = ofExecutor.get(key) ?? {
    read: promptReading(config, shape, lora),
    step: tokenReading(config, shape, lora),
  }
  ofExecutor.set(key, made)
  return made
}

function checkPrompts(config: ModelConfig, prompts: readonly (readonly number[])[], maxTokens: number): void {
  if (!Number.isInteger(maxTokens) || maxTokens < 1)
    throw new Error(`maxTokens must be a whole number of at least 1, got ${maxTokens}.`)
  prompts.forEach((prompt, i) => {
    const wrong = prompt.find((token) => !Number.isInteger(token) || token < 0 || token >= config.V)
    if (prompt.length === 0)
      throw new Error(`Prompt ${i + 1} is empty: generation needs at least one token to start from.`)
    if (wrong !== undefined)
      throw new Error(`Prompt ${i + 1} has token ${wrong}, which is not in the model's vocabulary of ${config.V}.`)
    if (prompt.length + maxTokens > config.context)
      throw new Error(
        `Prompt ${i + 1} has ${prompt.length} tokens; with ${maxTokens} more it does not fit the model's context of ${config.context}. Shorten it or lower maxTokens.`,
      )
  })
}
