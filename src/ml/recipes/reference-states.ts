// The reference's hidden states along the responses whose next-token distributions are compared with it, as they become known.
import type { Executor } from '../program.ts'
import type { Known } from './comparing.ts'
import { doing, type Doing } from './events.ts'
import type { NamedUnit } from './probes.ts'
import type { UnitProgram } from './programs.ts'
import { referenceKey, type ReferenceStates } from './reference.ts'
import { comparesWith, scoredBatches } from './scoring.ts'

/** Of the chosen sides of `compared`; none is known yet. */
export function referenceStates(compared: readonly NamedUnit[]): ReferenceStates {
  const states = new Map<string, Known>(compared.map(({ chosen }) => [referenceKey(chosen), 'unknown']))
  const known: ReferenceStates['known'] = ({ chosen }) => states.get(referenceKey(chosen)) ?? null
  return {
    known,
    keep({ item, compared }) {
      if (compared && known(item) === 'unknown') states.set(referenceKey(item.chosen), compared.states)
    },
  }
}

/** Reads those of `units` that are not known, with `program` reading the reference. Nothing where it compares nothing. */
export async function* missingStates(
  executor: Executor,
  program: UnitProgram,
  units: readonly NamedUnit[],
  states: ReferenceStates,
): AsyncGenerator<Doing, void> {
  const missing = comparesWith(program) ? units.filter((unit) => states.known(unit) === 'unknown') : []
  let done = 0
  for await (const scored of scoredBatches(executor, program, missing, { known: states.known })) {
    scored.forEach(states.keep)
    done += scored.length
    yield doing('reading the reference', done, missing.length, 'probes')
  }
}
