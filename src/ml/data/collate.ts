// Units as rectangular arrays: padded rows of tokens, and the list of response tokens whose probability is wanted.
import { ints, type HostArray, type HostArrays } from '../program.ts'
import { sidesOf, unitTokens, type Side, type Unit } from './units.ts'

/** Rows are padded to a multiple of this and response lists to a multiple of four times it, so that shapes repeat. */
const tile = 16

/**
 * Lays units out, one in a row: prompt, chosen, rejected; the positions of rejected go on from the prompt's.
 * Row arrays, int32 [B, T]: `ids`, `positions`, `units` (index of the unit, -1 for padding), `branches` (0 prompt, 1 chosen,
 * 2 rejected). Response tokens, [N]: `at` (row * T + column of the token before it, whose hidden state predicts it), `targets`
 * (its id), `owner` (2 * unit, + 1 for rejected), `weight` (float32: 1, or 0 for padding of the list).
 * T is `rowLength`, or the longest unit rounded up. Throws when a unit is malformed or longer than `rowLength`.
 */
export function collate(units: readonly Unit[], { rowLength }: { rowLength?: number } = {}): HostArrays {
  const B = units.length
  const T = rowLength ?? roundedUp(Math.max(0, ...units.map(unitTokens)), tile)
  const scored = units.flatMap((unit, row) => responseOf(unit, row, T))
  const N = roundedUp(Math.max(1, scored.length), 4 * tile)
  const rows = { ids: table(B, T, 0), positions: table(B, T, 0), units: table(B, T, -1), branches: table(B, T, 0) }
  units.forEach((unit, row) => {
    const { shared, chosen, rejected } = unit
    let column = row * T
    const write = (tokens: readonly number[], branch: number, from: number) => {
      for (const [i, id] of tokens.entries()) {
        rows.ids.data[column] = id
        rows.positions.data[column] = from + i
        rows.units.data[column] = row
        rows.branches.data[column] = branch
        column++
      }
    }
    write(shared, 0, 0)
    write(chosen, 1, shared.length)
    write(rejected, 2, shared.length)
  })
  const list = (read: (token: ResponseToken) => number) =>
    ints(Array.from({ length: N }, (_, i) => (scored[i] ? read(scored[i]) : 0)))
  const weight = new Float32Array(N).fill(1, 0, scored.length)
  return {
    ...rows,
    at: list((token) => token.at),
    targets: list((token) => token.target),
    owner: list((token) => token.owner),
    weight: { dtype: 'float32', shape: [N], data: weight },
  }
}

type ResponseToken = { at: number; target: number; owner: number }

function responseOf(unit: Unit, row: number, T: number): ResponseToken[] {
  checkUnit(unit, row, T)
  return sidesOf(unit).flatMap((side) => {
    const tokens = unit[side]
    const start = row * T + unit.shared.length + (side === 'rejected' ? unit.chosen.length : 0)
    // A branch's first token is predicted by the last of the prompt, which for rejected is not its neighbour in the row.
    const before = (i: number) => (i === 0 ? row * T + unit.shared.length - 1 : start + i - 1)
    const owner = 2 * row + (side === 'rejected' ? 1 : 0)
    return tokens.map((target, i) => ({ at: before(i), target, owner })).slice(fromOf(unit, side))
  })
}

function fromOf(unit: Unit, side: Side): number {
  return side === 'chosen' ? unit.chosenFrom : unit.rejectedFrom
}

function checkUnit(unit: Unit, row: number, T: number) {
  if (unit.shared.length === 0)
    throw new Error(`Unit ${row} of the batch has an empty prompt. Give it at least one token.`)
  for (const side of sidesOf(unit)) {
    const from = fromOf(unit, side)
    if (!Number.isInteger(from) || from < 0 || from >= unit[side].length)
      throw new Error(`Unit ${row} of the batch has an empty ${side} response. Each response needs at least one token.`)
  }
  const length = unitTokens(unit)
  if (length > T) throw new Error(`Unit ${row} of the batch has ${length} tokens and its row only ${T}. Leave it out.`)
}

function table(B: number, T: number, value: number): HostArray & { dtype: 'int32' } {
  return { dtype: 'int32', shape: [B, T], data: new Int32Array(B * T).fill(value) }
}

function roundedUp(count: number, multiple: number): number {
  return Math.ceil(count / multiple) * multiple
}
