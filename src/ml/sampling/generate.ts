// Generation: continues prompts token by token on an executor that holds the model's weights.
import type { Executor, HostArrays, Program } from '../program.ts'
import { ints } from '../program.ts'
import type { ModelConfig } from '../models/config.ts'
import type { LoraSettings } from '../models/lora.ts'
import { randomStream } from '../random.ts'
import { type CacheShape, emptyCache, promptReading, tokenReading } from './cached-decoding.ts'
import { type Sampling, checkSampling, nextToken } from './next-token.ts'

export type GenerationOptions = Partial<Sampling> & {
  /** Longest response, in tokens. */
  maxTokens: number
  /** A draw depends on (seed, `first` + index of the prompt, step) alone, not on which prompts share a batch. */
  seed: number
  /** Place of the first prompt in a longer list: parts of the list then give what the whole would. Default 0. */
  first?: number
  /** Tokens that end a response; the model's own when left out. */
  eos?: readonly number[]
  /** Settings of the adapter whose weights lie in the executor's state under PEFT's names. */
  adapter?: LoraSettings
  /** Prompts read together. Default 8. */
  batch?: number
  /** Generation stops before the next token once this says so. */
  signal?: { readonly aborted: boolean }
}

/** One new token of one prompt; `last` when it ends the response. */
export type GeneratedToken = { prompt: number; token: number; last: boolean }

/**
 * Responses to prompts of token ids, in order, each with the token that ended it, if one did. Temperature 0 is greedy;
 * defaults are temperature 1, no top-k, no top-p, no penalty. An aborted call returns what it has.
 * Throws when a prompt is empty or does not fit the model's context with `maxTokens` more, or a setting is out of range.
 */
export async function generate(
  executor: Executor,
  config: ModelConfig,
  prompts: readonly (readonly number[])[],
  options: GenerationOptions,
): Promise<number[][]> {
  const responses: number[][] = prompts.map(() => [])
  for await (const { prompt, token } of generatedTokens(executor, config, prompts, options))
    responses[prompt]!.push(token)
  return responses
}

/** The same as a stream: tokens as they are made, prompts of one batch interleaved. */
export async function* generatedTokens(
  executor: Executor,
  config: ModelConfig,
  prompts: readonly (readonly number[])[],
  options: GenerationOptions,
): AsyncGenerator<GeneratedToken, void> {
  checkPrompts(config, prompts, options.maxTokens)
  checkSampling({ ...plainSampling, ...options })
  const batch = options.batch ?? 8
  for (let first = 0; first < prompts.length; first += batch) {
    if (options.signal?.aborted) return
    const rows = prompts.slice(first, first + batch).map((tokens, i) => ({ prompt: first + i, tokens: [...tokens] }))
    yield* batchTokens(executor, config, rows, rows.length === 1 ? 1 : batch, options)
  }
}

type Row = { prompt: number; tokens: number[] }

const plainSampling: Sampling = { temperature: 1, topK: 0, topP: 1, repetitionPenalty: 1 }

/** Reads `rows` as a batch of `size`, repeating the first where there are fewer: a recorded program then does for any number of them. */
async function* batchTokens(
  executor: Executor,
  config: ModelConfig,
  prompts: readonly Row[],
  size: number,
  options: GenerationOptions,
) {
  const rows = Array.from({ length: size }, (_, r) => prompts[r] ?? { ...prompts[0]!, tokens: [...prompts[0]!.tokens] })
  const sampling = { ...plainSampling, ...options }
  const eos = options.eos ?? config.eos
  const before = options.first ?? 0
  const starts = rows.map(({ tokens }) => tokens.length)
  const shape = cacheShape(rows.length, Math.max(...starts), options.maxTokens)
  const { read, step } = programs(executor, config, shape, options.adapter)
  const cache = emptyCache(config, shape)
  const running = new Set(prompts.keys())
  try {
    for (const [name, value] of Object.entries(cache)) executor.put(name, value)
    let outputs = await executor.run(read, promptInputs(rows, shape))
    for (let made = 0; ; made++) {
      const logits = outputs.logits!.data as Float32Array
      for (const r of running) {
        const { prompt, tokens } = rows[r]!
        const own = logits.subarray(r * config.V, (r + 1) * config.V)
        const draw = randomStream(options.seed, 'sampling', before + prompt).uniform(made)
        const token = nextToken(own, tokens, sampling, draw)
        const last = eos.includes(token) || made + 1 === options.maxTokens
        tokens.push(token)
        if (last) running.delete(r)
        yield { prompt, token, last }
      }
      if (running.size === 0 || options.signal?.aborted) return
      outputs = await executor.run(step, stepInputs(rows, made + 1, starts, shape))
    }
  } finally {
    executor.drop(Object.keys(cache))
  }
}

/** Sizes rounded up, so that prompts of similar length run the same recorded program. */
function cacheShape(B: number, longest: number, maxTokens: number): CacheShape {
  const P = Math.ceil(longest / 32) * 32
  return { B, P, C: P + Math.ceil(maxTokens / 32) * 32 }
}

function promptInputs(rows: readonly Row[], { B, P }: CacheShape): HostArrays {
  const padded = (blank: number, value: (row: Row, i: number) => number) =>
    ints(
      rows.flatMap((row) => [
        ...Array<number>(P - row.tokens.length).fill(blank),
        ...row.tokens.map((_, i) => value(row, i)),
      ]),
      [B, P],
    )
  return {
    ids: padded(0, (row, i) => row.tokens[i]!),
    positions: padded(0, (_, i) => i),
    units: padded(-1, () => 0),
    branches: padded(0, () => 0),
  }
}

/** The newest token of each row; rows that have ended go on with their last one, unread. */
function stepInputs(rows: readonly Row[], made: number, starts: readonly number[], { B, C }: CacheShape): HostArrays {
  const visible = new Float32Array(B * C)
  starts.forEach((start, r) => visible.fill(1, (r + 1) * C - start - made, (r + 1) * C))
  return {
    ids: ints(
      rows.map(({ tokens }) => tokens.at(-1)!),
      [B, 1],
    ),
    positions: ints(
      starts.map((start) => start + made - 1),
      [B, 1],
    ),
    visible: { dtype: 'float32', shape: [B, C], data: visible },
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
