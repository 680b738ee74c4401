// Scores many units on an executor, batch by batch, and folds token readings into one score a response.
import { collate, layoutOf, tilesNeeded, type Layout } from '../data/collate.ts'
import { responseTokens, sharedTokens, unitTokens, type Side, type Unit } from '../data/units.ts'
import type { Executor, HostArrays } from '../program.ts'
import { comparedInputs, comparedOutputs, type Compared, type Known } from './comparing.ts'
import type { UnitProgram } from './programs.ts'

/**
 * Of one response: summed log-probability in nats, of all its tokens and of the first, as many as the shorter response of its unit has
 * (`shared`), tokens, and mean entropy (nats), top mass and mass of the likeliest tokens (shares) over them; the last is NaN where the
 * program does not read it.
 */
export type Scored = {
  logp: number
  shared: number
  tokens: number
  entropy: number
  topMass: number
  likeliestMass: number
}

/** Scores of a unit's sides; `rejected` is null for a one-sided unit, `compared` where its chosen side was not compared with the reference. */
export type ScoredUnit<T> = { item: T; chosen: Scored; rejected: Scored | null; compared: Compared | null }

/** Tokens of a batch, padding included: enough to keep the processor busy, and less than training holds at a time. */
const batchTokens = 2048

/** How batches are cut and laid out. */
type Batching = { tokens?: number; layout?: Layout }

/** What inputs a program reads besides the arrays of `collate`. */
type Besides<T> = { inputs?: (part: readonly T[], arrays: HostArrays) => HostArrays }

/**
 * Runs a program over collated units, as many at a time as make `tokens` tokens, and at least one; the longest first. Yields each batch as
 * it is done. Who comes again and again gives one `layout` that fits all: another is another recorded program.
 */
export async function* ranBatches<T extends { unit: Unit }>(
  executor: Executor,
  program: UnitProgram,
  items: readonly T[],
  { tokens = batchTokens, layout: given, inputs = () => ({}) }: Batching & Besides<T> = {},
): AsyncGenerator<{ part: T[]; arrays: HostArrays; outputs: HostArrays }, void> {
  const batches = batchesByLength(items, tokens)
  const units = batches.map((batch) => batch.map(({ unit }) => unit))
  const layout = given ?? layoutOf(units, program.model, program.tile)
  for (const [i, part] of batches.entries()) {
    const arrays = collate(units[i]!, layout)
    yield { part, arrays, outputs: await executor.run(program, { ...arrays, ...inputs(part, arrays) }) }
  }
}

/**
 * Scores units with a program of `scoreUnits`, batch by batch as `ranBatches` has it. `known` says what of the reference the chosen side of
 * an item is compared with, where the program compares; by default with nothing.
 */
export async function* scoredBatches<T extends { unit: Unit }>(
  executor: Executor,
  program: UnitProgram,
  items: readonly T[],
  { known = () => null, ...batching }: Batching & { known?: (item: T) => Known } = {},
): AsyncGenerator<ScoredUnit<T>[], void> {
  const compares = comparesWith(program)
  const knownOf = (part: readonly T[]) => part.map((item) => (compares ? known(item) : null))
  const inputs = (part: readonly T[], arrays: HostArrays) => besides(program, arrays, knownOf(part))
  for await (const { part, arrays, outputs } of ranBatches(executor, program, items, { ...batching, inputs })) {
    const tokens = part.map(({ unit }) => responseTokens(unit, 'chosen'))
    const compared = comparedOutputs(knownOf(part), outputs, tokens)
    yield part.map((item, i) => ({
      item,
      chosen: foldedScore(outputs, arrays, item.unit, i, 'chosen'),
      rejected: item.unit.rejected.length > 0 ? foldedScore(outputs, arrays, item.unit, i, 'rejected') : null,
      compared: compared[i]!,
    }))
  }
}

/** Whether a program of `scoreUnits` compares. */
export function comparesWith({ sizes }: UnitProgram): boolean {
  return sizes !== undefined && 'compared' in sizes
}

/** What a program of `scoreUnits` reads besides the arrays of a batch: nothing, unless it compares. */
export function besides(program: UnitProgram, arrays: HostArrays, known: readonly Known[] = []): HostArrays {
  return comparesWith(program) ? comparedInputs(known, arrays, program.model.D) : {}
}

/** A layout that fits every batch of `scoredBatches` at its default size, where no unit is longer than a batch. */
export function scoringLayout({ tile }: UnitProgram): Layout {
  return { tiles: tilesNeeded(batchTokens, tile), groups: 1 }
}

/**
 * Log-probabilities of both responses of each pair, summed over tokens, in nats, in the order of pairs: for who scores a few in every step, in
 * the one layout that fits all.
 */
export async function scoredPairs(
  executor: Executor,
  program: UnitProgram,
  pairs: readonly { unit: Unit }[],
): Promise<Record<Side, number[]>> {
  const found = new Map<{ unit: Unit }, Record<Side, number>>()
  for await (const part of scoredBatches(executor, program, pairs, { layout: scoringLayout(program) }))
    for (const { item, chosen, rejected } of part) found.set(item, { chosen: chosen.logp, rejected: rejected!.logp })
  const side = (name: Side) => pairs.map((pair) => found.get(pair)![name])
  return { chosen: side('chosen'), rejected: side('rejected') }
}

/** Units of like length share a batch, the longest first: little padding, and what does not fit in memory fails at once. */
export function batchesByLength<T extends { unit: Unit }>(items: readonly T[], tokens = batchTokens): T[][] {
  const batches: T[][] = []
  const ordered = items.toSorted((a, b) => unitTokens(b.unit) - unitTokens(a.unit))
  for (let first = 0; first < ordered.length; first += batches.at(-1)!.length)
    batches.push(ordered.slice(first, first + Math.max(1, Math.floor(tokens / unitTokens(ordered[first]!.unit)))))
  return batches
}

/** The score of one side of the unit at `index` of a batch, folded from its tokens' readings. */
export function foldedScore(outputs: HostArrays, arrays: HostArrays, unit: Unit, index: number, side: Side): Scored {
  const owner = 2 * index + (side === 'rejected' ? 1 : 0)
  const owners = arrays.owner!.data
  const weights = arrays.weight!.data
  /** Over the first `most` tokens of the response. */
  const sum = (name: string, most = Infinity) => {
    const values = outputs[name]!.data
    let [total, seen] = [0, 0]
    for (let n = 0; n < values.length && seen < most; n++) {
      if (owners[n] !== owner || weights[n] !== 1) continue
      total += values[n]!
      seen++
    }
    return total
  }
  const tokens = responseTokens(unit, side)
  return {
    logp: sum('logps'),
    shared: sum('logps', sharedTokens(unit)),
    tokens,
    entropy: sum('entropy') / tokens,
    topMass: sum('top_mass') / tokens,
    likeliestMass: 'likeliest_mass' in outputs ? sum('likeliest_mass') / tokens : NaN,
  }
}
