// Generation: continues prompts token by token on an executor that holds the model's weights. Answers have slots; when some have ended
// the next prompts get theirs, and towards the end steps go over fewer of them.
import type { Executor, HostArray, HostArrays, Program } from '../program.ts'
import { floats, ints } from '../program.ts'
import type { ModelConfig } from '../models/config.ts'
import type { LoraSettings } from '../models/lora.ts'
import { randomStream } from '../random.ts'
import {
  block,
  cacheNames,
  type CacheShape,
  emptyCache,
  promptReading,
  slotMoving,
  type Telling,
  tokenReading,
} from './cached-decoding.ts'
import { type Sampling, checkSampling, nextToken, tokenOfShares } from './next-token.ts'

export type GenerationOptions = Partial<Omit<Sampling, 'temperature'>> & {
  /** Of all answers, or of each by its place. */
  temperature?: number | readonly number[]
  /** Longest response, in tokens. */
  maxTokens: number
  /** Answers to every prompt, which is read once for those that are begun together. Default 1. */
  each?: number
  /** A draw depends on (seed, `first` + index of the answer, step) alone, not on which answers share a batch. */
  seed: number
  /** Place of the first answer in a longer list: parts of the list then give what the whole would. Default 0. */
  first?: number
  /** Tokens that end a response; the model's own when left out. */
  eos?: readonly number[]
  /** Settings of the adapter whose weights lie in the executor's state under PEFT's names. */
  adapter?: LoraSettings
  /** Most answers that are drawn together. Default `drawnTogether` of them. */
  batch?: number
  /** Generation stops before the next token once this says so. */
  signal?: { readonly aborted: boolean }
}

/** Most answers that are drawn together, and the most numbers that their keys and values may be: half a GiB. */
const [mostTogether, cacheNumbers] = [256, 2 ** 27]

/**
 * Slots that there are at least where programs are recorded, as far as an eighth of those numbers allows: idle ones cost little, another
 * number of them another recording.
 */
const fewestSlots = 64

/** How many answers to draw together: a step costs little more for many than for few, but each holds its keys and values. */
function drawnTogether(config: ModelConfig, S: number): number {
  return Math.max(1, Math.min(mostTogether, slotsWithin(cacheNumbers, config, S)))
}

/** Slots of S tokens whose keys and values are so many numbers. */
function slotsWithin(numbers: number, { layers, kvHeads, headDim }: ModelConfig, S: number): number {
  return Math.floor(numbers / (2 * layers * kvHeads * headDim * S))
}

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

/** The same as a stream: tokens as they are made, those of answers that are drawn together interleaved. */
export async function* generatedTokens(
  executor: Executor,
  config: ModelConfig,
  prompts: readonly (readonly number[])[],
  options: GenerationOptions,
): AsyncGenerator<GeneratedToken, void> {
  checkPrompts(config, prompts, options.maxTokens)
  const { each = 1, temperature = plainSampling.temperature } = options
  const temperatures = [...new Set([temperature].flat())]
  for (const one of temperatures) checkSampling({ ...plainSampling, ...options, temperature: one })
  if (!Number.isInteger(each) || each < 1) throw new Error(`Answers to a prompt must be 1 or more, got ${each}.`)
  if (prompts.length === 0) return
  const shape = cacheShape(config, prompts, options, executor.records)
  const programs = programsOf(executor, config, shape, tellingOf(options, executor.records), options.adapter)
  const waiting = groupsOf(prompts, each, shape.R)
  const slots: (Answer | null)[] = Array.from({ length: shape.R }, () => null)

  /** Draws the next token of the answers in these slots, of which the program told in their order. */
  function* drawn(taken: readonly number[], outputs: HostArrays): Generator<GeneratedToken> {
    for (const [row, slot] of taken.entries()) {
      const answer = slots[slot]
      if (!answer) continue // An idle slot among those of a step.
      const { place, prompt, response } = answer
      const sampling = { ...plainSampling, ...options, temperature: temperatureOf(options, place) }
      const draw = randomStream(options.seed, 'sampling', (options.first ?? 0) + place).uniform(response.length)
      const token = tokenOf(outputs, row, config.V, { sampling, draw, text: () => [...prompts[prompt]!, ...response] })
      response.push(token)
      const last = (options.eos ?? config.eos).includes(token) || response.length === options.maxTokens
      if (last) slots[slot] = null
      yield { answer: place, token, last }
    }
  }

  const running = () => slots.filter((slot) => slot !== null).length
  try {
    for (const [name, value] of Object.entries(emptyCache(config, shape))) executor.put(name, value)
    for (;;) {
      for (let next = admitted(waiting, slots, prompts); next; next = admitted(waiting, slots, prompts)) {
        if (options.signal?.aborted) return
        const outputs = await executor.run(programs.read, promptInputs(prompts, next, options))
        yield* drawn(
          next.map(({ slot }) => slot),
          outputs,
        )
      }
      const left = running()
      // With none left all slots are free, so none was waiting for one.
      if (options.signal?.aborted || left === 0) return
      const rows = stepRows(left, shape.R)
      const moves = movesInto(rows, slots)
      if (moves.from.length > 0) await executor.run(programs.move, { from: ints(moves.from), to: ints(moves.to) })
      const outputs = await executor.run(programs.step, stepInputs(prompts, slots.slice(0, rows), options))
      yield* drawn([...slots.slice(0, rows).keys()], outputs)
    }
  } finally {
    executor.drop(cacheNames(config, shape))
  }
}

const plainSampling: Sampling = { temperature: 1, topK: 0, topP: 1, repetitionPenalty: 1 }

/** An answer under way: its place among all answers, the place of its prompt, and its tokens so far. */
type Answer = { place: number; prompt: number; response: number[] }

/** The answers to one prompt that are begun together, by their places. */
type Group = { prompt: number; places: number[] }

function groupsOf(prompts: readonly unknown[], each: number, most: number): Group[] {
  const size = Math.min(each, most)
  return prompts.flatMap((_, prompt) =>
    Array.from({ length: Math.ceil(each / size) }, (_, group) => ({
      prompt,
      places: Array.from({ length: Math.min(size, each - group * size) }, (_, i) => prompt * each + group * size + i),
    })),
  )
}

/** The part of all slots whose multiples are computed in a step, and that prompts wait for to be free. */
const part = (R: number) => Math.ceil(R / 8)

/** Slots that a step goes over, the first of all, for so many answers: few numbers, as each costs the making of its products. */
const stepRows = (running: number, R: number) => Math.min(R, Math.ceil(running / part(R)) * part(R))

/** Tokens of prompts that are read together, with the padding of each to the longest: attention makes a square of it for each. */
const readTogether = 2048

/**
 * Begins the answers to waiting prompts for which there are slots: takes them from `waiting`, puts them into `slots` and returns them with
 * their slots; null where too few slots are free yet.
 */
function admitted(waiting: Group[], slots: (Answer | null)[], prompts: readonly (readonly number[])[]) {
  let free = slots.flatMap((slot, i) => (slot ? [] : [i]))
  const next = waiting[0]
  if (!next || free.length < next.places.length) return null
  const left = waiting.reduce((sum, { places }) => sum + places.length, 0)
  if (free.length < Math.min(part(slots.length), left)) return null
  const taken: { slot: number; answer: Answer }[] = []
  let read = 0
  let longest = 0
  for (let group = waiting[0]; group && group.places.length <= free.length; group = waiting[0]) {
    longest = Math.max(longest, roundedUp(prompts[group.prompt]!.length))
    if (read > 0 && (read + 1) * longest > readTogether) break
    read++
    waiting.shift()
    for (const [i, place] of group.places.entries()) {
      const answer = { place, prompt: group.prompt, response: [] }
      slots[free[i]!] = answer
      taken.push({ slot: free[i]!, answer })
    }
    free = free.slice(group.places.length)
  }
  return taken
}

/** Moves answers beyond the first `rows` slots to free ones among these. */
function movesInto(rows: number, slots: (Answer | null)[]): { from: number[]; to: number[] } {
  const from = slots.flatMap((slot, i) => (slot && i >= rows ? [i] : []))
  const free = slots.slice(0, rows).flatMap((slot, i) => (slot ? [] : [i]))
  const to = free.slice(0, from.length)
  for (const [i, slot] of from.entries()) {
    slots[to[i]!] = slots[slot]!
    slots[slot] = null
  }
  return { from, to }
}

/** Greedy answers could do without shares; where programs are recorded, one for both is made once. */
function tellingOf(
  { temperature = plainSampling.temperature, repetitionPenalty = 1 }: GenerationOptions,
  records: boolean,
): Telling[] {
  // A penalty changes logits by what an answer has said: that is known here.
  if (repetitionPenalty !== 1) return ['logits']
  return records || [temperature].flat().some((one) => one > 0) ? ['best', 'shares'] : ['best']
}

/** The next token of the answer in `row` of what a program told. */
function tokenOf(
  { best, shares, logits }: HostArrays,
  row: number,
  V: number,
  { sampling, draw, text }: { sampling: Sampling; draw: number; text: () => number[] },
): number {
  const own = ({ data }: HostArray) => (data as Float32Array).subarray(row * V, (row + 1) * V)
  if (logits) return nextToken(own(logits), text(), sampling, draw)
  return sampling.temperature === 0 ? best!.data[row]! : tokenOfShares(own(shares!), sampling, draw)
}

function temperatureOf({ temperature = plainSampling.temperature }: GenerationOptions, place: number): number {
  return typeof temperature === 'number' ? temperature : temperature[place]!
}

/** As what temperature divides: greedy answers are told apart from their shares. */
const divisor = (temperature: number) => (temperature === 0 ? 1 : temperature)

const roundedUp = (tokens: number, unit = block) => Math.ceil(tokens / unit) * unit

/** Sizes rounded up, so that calls that differ little run the same recorded programs. */
function cacheShape(
  config: ModelConfig,
  prompts: readonly (readonly number[])[],
  { each = 1, maxTokens, batch }: GenerationOptions,
  records: boolean,
): CacheShape {
  const longest = prompts.reduce((most, { length }) => Math.max(most, length), 0)
  const S = roundedUp(longest + maxTokens, 2 * block)
  const slots = 2 ** Math.ceil(Math.log2(prompts.length * each))
  const least = records ? Math.min(fewestSlots, slotsWithin(cacheNumbers / 8, config, S)) : 1
  return { R: Math.min(batch ?? drawnTogether(config, S), Math.max(slots, least)), S }
}

function promptInputs(
  prompts: readonly (readonly number[])[],
  begun: readonly { slot: number; answer: Answer }[],
  options: GenerationOptions,
): HostArrays {
  const asked = [...new Set(begun.map(({ answer }) => answer.prompt))]
  const read = asked.map((prompt) => prompts[prompt]!)
  const P = roundedUp(Math.max(...read.map(({ length }) => length)))
  const padded = (value: (tokens: readonly number[], i: number) => number) =>
    ints(
      read.flatMap((tokens) => Array.from({ length: P }, (_, i) => (i < tokens.length ? value(tokens, i) : 0))),
      [read.length, P / block, block],
    )
  return {
    ids: padded((tokens, i) => tokens[i]!),
    positions: padded((_, i) => i),
    ends: ints(read.map(({ length }, i) => i * P + length - 1)),
    slots: ints(begun.map(({ slot }) => slot)),
    from: ints(begun.map(({ answer }) => asked.indexOf(answer.prompt))),
    ...temperatureInput(
      begun.map(({ answer }) => answer),
      options,
    ),
  }
}

/** The newest token of the answer in each of the first slots; an idle slot gets one that nobody reads. */
function stepInputs(
  prompts: readonly (readonly number[])[],
  answers: readonly (Answer | null)[],
  options: GenerationOptions,
): HostArrays {
  const place = (answer: Answer | null) => (answer ? prompts[answer.prompt]!.length + answer.response.length - 1 : 0)
  const places = answers.map(place)
  return {
    ids: ints(answers.map((answer) => answer?.response.at(-1) ?? 0)),
    positions: ints(places),
    columns: ints(places),
    ...temperatureInput(answers, options),
  }
}

function temperatureInput(answers: readonly (Answer | null)[], options: GenerationOptions): HostArrays {
  return { temperature: floats(answers.map((answer) => (answer ? divisor(temperatureOf(options, answer.place)) : 1))) }
}

type Programs = { read: Program; step: Program; move: Program }

// An executor that records programs knows them by identity: the same shapes must give the same program.
const known = new WeakMap<Executor, Map<string, Programs>>()

function programsOf(
  executor: Executor,
  config: ModelConfig,
  shape: CacheShape,
  telling: readonly Telling[],
  lora?: LoraSettings,
): Programs {
  const ofExecutor = known.get(executor) ?? new Map<string, Programs>()
  known.set(executor, ofExecutor)
  const key = JSON.stringify([config, shape, telling, lora])
  const made = ofExecutor.get(key) ?? {
    read: promptReading(config, shape, telling, lora),
    step: tokenReading(config, shape, telling, lora),
    move: slotMoving(config, shape),
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
