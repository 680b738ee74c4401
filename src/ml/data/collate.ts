// Units as arrays: their tokens end to end, where each token sits when it attends, and the response tokens to be read.
import { ints, type HostArray, type HostArrays, type Sizes } from '../program.ts'
import { groupedByLength, groupsWorth, mostGroups, rowStep, type Response } from './grouping.ts'
import { scoredTokens, sidesOf, unitTokens, type Side, type Unit } from './units.ts'

/** Tokens come in multiples of this: few forms. */
const step = 32

/** Position of an empty seat, later than any: nobody but an empty seat reads it. */
const nowhere = 2 ** 30

/** Names of the arrays of one group of responses, for as many groups as there may be. */
export const branchGroups = Array.from({ length: mostGroups }, (_, g) => ({
  readers: `branches_${g}`,
  readerPositions: `branch_positions_${g}`,
  read: `branch_reads_${g}`,
  readPositions: `branch_read_positions_${g}`,
}))

/** Sizes of the arrays of `collate`: N tokens, B prompts of S, in each group C responses of T that read K, tiles of R scored tokens. */
export const collatedSizes: Sizes = {
  ...{ ids: ['N'], positions: ['N'], places: ['N'] },
  ...{ prompts: ['B', 'S'], prompt_positions: ['B', 'S'] },
  ...Object.fromEntries(
    branchGroups.flatMap(({ readers, readerPositions, read, readPositions }, g) => [
      ...[readers, readerPositions].map((name) => [name, [`C${g}`, `T${g}`]]),
      ...[read, readPositions].map((name) => [name, [`C${g}`, `K${g}`]]),
    ]),
  ),
  ...{ at: [null, 'R'], targets: [null, 'R'], owner: [null, 'R'], weight: [null, 'R'] },
}

/** How the batches of a run are laid out, the same for all: then one recorded program does for them. */
export type Layout = {
  /** Parts in which the head reads the responses. */
  tiles: number
  /** Groups in which responses attend, at most `mostGroups`. */
  groups: number
}

/**
 * The layout of these batches for a model whose head reads at most `tile` response tokens at a time. Groups are told from the
 * first `looked` batches.
 */
export function layoutOf(
  batches: readonly (readonly Unit[])[],
  model: { heads: number; headDim: number },
  tile: number,
  looked = 64,
): Layout {
  const most = batches.reduce(
    (most, batch) =>
      Math.max(
        most,
        batch.reduce((sum, unit) => sum + scoredTokens(unit), 0),
      ),
    0,
  )
  const responses = (batch: readonly Unit[]) =>
    batch.flatMap((unit) => sidesOf(unit).map((side) => ({ tokens: unit[side].length, prompt: unit.shared.length })))
  return { tiles: tilesNeeded(most, tile), groups: groupsWorth(batches.slice(0, looked).map(responses), model) }
}

/**
 * Lays units out end to end, each as prompt, chosen, rejected; the positions of rejected go on from the prompt's.
 * Tokens, int32 [N]: `ids`, `positions`, and `places`, the seat of each where it reads: those of `prompts`, then group by group.
 * Rows of readers, as tokens: `prompts` [B, S], which read themselves, and in the first `groups` of `branchGroups` the responses, [C, T] each, which read
 * [C, K], their prompt and themselves; all with positions, which say who comes after whom.
 * Scored tokens, [tiles, R]: `at` (the token before it, whose hidden state predicts it), `targets` (its id), `owner` (2 * unit, + 1
 * for rejected), `weight` (float32: 1, or 0 for padding). The last token is padding; it sits in every empty seat.
 * Throws when a unit is malformed.
 */
export function collate(units: readonly Unit[], { tiles = 1, groups = 1 }: Partial<Layout> = {}): HostArrays {
  units.forEach(checkUnit)
  const lengths = units.map(unitTokens)
  const starts = lengths.map((_, i) => lengths.slice(0, i).reduce((sum, length) => sum + length, 0))
  const used = lengths.reduce((sum, length) => sum + length, 0)
  const N = roundedUp(used + 1, step)
  const S = longest(units.map(({ shared }) => shared.length))
  const tokens = { ids: table([N], 0), positions: table([N], 0), places: table([N], 0) }
  const prompts = { prompts: table([units.length, S], N - 1), prompt_positions: table([units.length, S], nowhere) }
  units.forEach(({ shared }, b) => {
    for (const [i, id] of shared.entries()) {
      put(tokens, starts[b]! + i, { ids: id, positions: i, places: b * S + i })
      put(prompts, b * S + i, { prompts: starts[b]! + i, prompt_positions: i })
    }
  })
  const branches = units.flatMap((unit, b) => sidesOf(unit).map((side) => branchOf(unit, side, starts[b]!)))
  const rows: Record<string, HostArray> = {}
  let seats = units.length * S
  const grouped = groupedByLength(branches, groups)
  for (let g = 0; g < groups; g++)
    seats = seat(grouped[g] ?? [], branchGroups[g]!, { tokens, rows, seats, nobody: N - 1 })
  tokens.places.data.fill(seats - 1, used) // Padding sits in an empty seat too: elsewhere it would take its neighbour's gradient.
  return { ...tokens, ...prompts, ...rows, ...responses(units, starts, tiles) }
}

/** A response, and where it lies: its prompt's first token and its own first. */
type Branch = Response & { start: number; first: number; ids: readonly number[] }

function branchOf(unit: Unit, side: Side, start: number): Branch {
  const prompt = unit.shared.length
  const first = start + prompt + (side === 'rejected' ? unit.chosen.length : 0)
  return { start, first, prompt, tokens: unit[side].length, ids: unit[side] }
}

/** Puts one group's rows into `rows` and its tokens' places into `tokens`; returns the seats so far. An empty group has an empty row. */
function seat(
  group: readonly Branch[],
  names: (typeof branchGroups)[number],
  at: {
    tokens: Record<'ids' | 'positions' | 'places', HostArray>
    rows: Record<string, HostArray>
    seats: number
    nobody: number
  },
): number {
  const C = Math.max(1, group.length)
  const S = longest(group.map(({ prompt }) => prompt))
  const T = longest(group.map(({ tokens }) => tokens + 1)) // A row ends in an empty seat.
  const readers = { tokens: table([C, T], at.nobody), positions: table([C, T], nowhere) }
  const read = { tokens: table([C, S + T], at.nobody), positions: table([C, S + T], nowhere) }
  group.forEach(({ start, first, prompt, ids }, c) => {
    const row = c * (S + T)
    for (let i = 0; i < prompt; i++) put(read, row + i, { tokens: start + i, positions: i })
    for (const [i, id] of ids.entries()) {
      const position = prompt + i
      put(at.tokens, first + i, { ids: id, positions: position, places: at.seats + c * T + i })
      put(readers, c * T + i, { tokens: first + i, positions: position })
      put(read, row + S + i, { tokens: first + i, positions: position })
    }
  })
  at.rows[names.readers] = readers.tokens
  at.rows[names.readerPositions] = readers.positions
  at.rows[names.read] = read.tokens
  at.rows[names.readPositions] = read.positions
  return at.seats + C * T
}

function put<K extends string>(tables: Record<K, HostArray>, at: number, values: { [name in K]?: number }): void {
  for (const name in values) tables[name].data[at] = values[name]!
}

const longest = (lengths: readonly number[]) => roundedUp(Math.max(1, ...lengths), rowStep)

/** Tiles that the response tokens of a batch make when none may hold more than `most` of them. */
export function tilesNeeded(responseTokens: number, most: number): number {
  return Math.max(1, Math.ceil(responseTokens / Math.max(rowStep, most - rowStep)))
}

type ResponseToken = { at: number; target: number; owner: number }

function responses(units: readonly Unit[], starts: readonly number[], tiles: number): HostArrays {
  const read = units.flatMap((unit, b) => sidesOf(unit).flatMap((side) => responseOf(unit, side, starts[b]!, b)))
  const R = roundedUp(Math.max(1, Math.ceil(read.length / tiles)), rowStep)
  const list = (value: (token: ResponseToken) => number) =>
    ints(
      Array.from({ length: tiles * R }, (_, i) => (read[i] ? value(read[i]) : 0)),
      [tiles, R],
    )
  return {
    at: list((token) => token.at),
    targets: list((token) => token.target),
    owner: list((token) => token.owner),
    weight: { dtype: 'float32', shape: [tiles, R], data: new Float32Array(tiles * R).fill(1, 0, read.length) },
  }
}

function responseOf(unit: Unit, side: Side, start: number, b: number): ResponseToken[] {
  const promptEnd = start + unit.shared.length - 1
  const first = promptEnd + 1 + (side === 'rejected' ? unit.chosen.length : 0)
  // A branch's first token is predicted by the last of the prompt, which for rejected is not its neighbour.
  const before = (i: number) => (i === 0 ? promptEnd : first + i - 1)
  const owner = 2 * b + (side === 'rejected' ? 1 : 0)
  return unit[side].map((target, i) => ({ at: before(i), target, owner })).slice(fromOf(unit, side))
}

function fromOf(unit: Unit, side: Side): number {
  return side === 'chosen' ? unit.chosenFrom : unit.rejectedFrom
}

function checkUnit(unit: Unit, b: number) {
  if (unit.shared.length === 0)
    throw new Error(`Unit ${b} of the batch has an empty prompt. Give it at least one token.`)
  for (const side of sidesOf(unit)) {
    const from = fromOf(unit, side)
    if (!Number.isInteger(from) || from < 0 || from >= unit[side].length)
      throw new Error(`Unit ${b} of the batch has an empty ${side} response. Each response needs at least one token.`)
  }
}

function table(shape: number[], value: number): HostArray & { dtype: 'int32' } {
  const size = shape.reduce((product, side) => product * side, 1)
  return { dtype: 'int32', shape, data: new Int32Array(size).fill(value) }
}

function roundedUp(count: number, multiple: number): number {
  return Math.ceil(count / multiple) * multiple
}
