// A unit: one prompt with its chosen and rejected response as token ids, the prompt written once (design: packing).

/**
 * A tokenised pair. A sequence is `shared` followed by one branch; the branches never see each other.
 * `chosen` and `rejected` are what follows `shared`, end-of-sequence token included. Where the two tokenise the end of the
 * prompt differently, a branch begins with prompt tokens: `chosenFrom` and `rejectedFrom` count those. They are read, not scored.
 * A unit with one side only (a prompt and an unseen response) has it in `chosen`, and an empty `rejected`.
 */
export type Unit = {
  shared: readonly number[]
  chosen: readonly number[]
  rejected: readonly number[]
  /** Index in `chosen` of its first response token, usually 0. */
  chosenFrom: number
  rejectedFrom: number
}

export type Side = 'chosen' | 'rejected'

/** The sides a unit has: both, or only `chosen`. */
export function sidesOf(unit: Unit): Side[] {
  return unit.rejected.length > 0 ? ['chosen', 'rejected'] : ['chosen']
}

/** Number of scored tokens of one side. */
export function responseTokens(unit: Unit, side: Side): number {
  return side === 'chosen' ? unit.chosen.length - unit.chosenFrom : unit.rejected.length - unit.rejectedFrom
}

/** Number of scored tokens of its shorter side; of the only one of a one-sided unit. */
export function sharedTokens(unit: Unit): number {
  return Math.min(...sidesOf(unit).map((side) => responseTokens(unit, side)))
}

/** Number of scored tokens of all its sides. */
export function scoredTokens(unit: Unit): number {
  return sidesOf(unit).reduce((sum, side) => sum + responseTokens(unit, side), 0)
}

/** Tokens that go through the model: the prompt counts once. */
export function unitTokens(unit: Unit): number {
  return unit.shared.length + unit.chosen.length + unit.rejected.length
}

/** The context a model must have for this unit: its longer sequence. */
export function contextNeeded(unit: Unit): number {
  return unit.shared.length + Math.max(unit.chosen.length, unit.rejected.length)
}

/** A prompt with one response, neither of them paired. */
export function oneSidedUnit(prompt: readonly number[], response: readonly number[]): Unit {
  return { shared: prompt, chosen: response, rejected: [], chosenFrom: 0, rejectedFrom: 0 }
}

/** One side of a unit by itself, after the same prompt. */
export function oneSide(unit: Unit, side: Side): Unit {
  const chosenFrom = side === 'chosen' ? unit.chosenFrom : unit.rejectedFrom
  return { shared: unit.shared, chosen: unit[side], rejected: [], chosenFrom, rejectedFrom: 0 }
}
