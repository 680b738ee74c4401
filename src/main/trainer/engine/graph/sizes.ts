// Sizes that change from run to run, in a graph that is recorded once. While a program is recorded each such size is stood in for by
// a large prime; every whole number that the program derives from shapes then tells by its factors which sizes it is a product of,
// and becomes a product of sizes that the graph is fed.
import type { HostArrays, Program } from '#ml'

/** Shape of an input: numbers, and names of sizes. */
export type SizedForm = { dtype: string; shape: readonly (number | string)[] }

/** A number that depends on sizes: `factor` times all of `names`. */
export type SizeProduct = { factor: number; names: readonly string[] }

/** Stand-ins of named sizes. */
export type StandIns = ReadonlyMap<string, number>

// Primes large enough that no size of a model is a multiple of one; if one is, a recording with others differs.
const primes = [
  [
    10007, 10009, 10037, 10039, 10061, 10067, 10069, 10079, 10091, 10093, 10099, 10103, 10111, 10133, 10139, 10141,
    10151, 10159,
  ],
  [
    20011, 20021, 20023, 20029, 20047, 20051, 20063, 20071, 20089, 20101, 20107, 20113, 20117, 20123, 20129, 20143,
    20147, 20149,
  ],
  [
    30011, 30013, 30029, 30047, 30059, 30071, 30089, 30091, 30097, 30103, 30109, 30113, 30119, 30133, 30137, 30139,
    30161, 30169,
  ],
] as const

/** Sets of stand-ins for these names, of which any two record the same graph if a program uses sizes only as sizes. */
export function standInSets(names: readonly string[]): StandIns[] {
  if (names.length > primes[0].length) throw new Error(`A program has at most ${primes[0].length} sizes of its own.`)
  return primes.map((set) => new Map(names.map((name, i) => [name, set[i]!])))
}

/** What `value` is a product of, or null when it depends on no size. */
export function sizeProduct(value: number, standIns: StandIns): SizeProduct | null {
  let factor = value
  const names: string[] = []
  for (const [name, prime] of standIns) {
    while (factor !== 0 && factor % prime === 0) {
      factor /= prime
      names.push(name)
    }
  }
  return names.length > 0 ? { factor, names } : null
}

/** Forms of a program's inputs, with the names of sizes in place of those that it declares, and their values in this run. */
export function sizedInputs(program: Program, inputs: HostArrays) {
  const values = new Map<string, number>()
  const forms: Record<string, SizedForm> = {}
  for (const [input, { dtype, shape }] of Object.entries(inputs)) {
    const names = program.sizes?.[input]
    if (names && names.length !== shape.length)
      throw new Error(`Program '${program.name}' takes '${input}' with ${names.length} axes, and was given [${shape}].`)
    forms[input] = {
      dtype,
      shape: shape.map((size, i) => named(program.name, input, names?.[i] ?? null, size, values)),
    }
  }
  return { forms, values }
}

function named(program: string, input: string, name: string | null, size: number, values: Map<string, number>) {
  if (name === null) return size
  const known = values.get(name)
  if (known !== undefined && known !== size)
    throw new Error(
      `Program '${program}' was given '${input}' with ${name} = ${size}, and another input with ${known}.`,
    )
  values.set(name, size)
  return name
}

/** A form with numbers for the names. */
export function standingIn({ dtype, shape }: SizedForm, standIns: StandIns) {
  return { dtype, shape: shape.map((side) => (typeof side === 'number' ? side : standIns.get(side)!)) }
}
