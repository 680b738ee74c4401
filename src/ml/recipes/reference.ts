// The reference's log-probabilities of every text a run uses: looked up where they are known, scored once where not.
import type { Executor } from '../program.ts'
import type { Known } from './comparing.ts'
import { doing, type Doing, type ReferenceEntry } from './events.ts'
import type { Side } from '../data/units.ts'
import type { NamedUnit, ReferenceText } from './probes.ts'
import type { UnitProgram } from './programs.ts'
import { scoredBatches, type ScoredUnit } from './scoring.ts'

/** The reference's summed log-probability of a text of the run, in nats. */
export type Reference = (text: ReferenceText) => number

/** What the pass found about the units it ran, by the key of their chosen side. */
export type ReferenceScores = ReadonlyMap<string, Omit<ScoredUnit<NamedUnit>, 'item'>>

/** The reference's hidden states along the responses whose next-token distributions are compared with it (reference-states.ts). */
export interface ReferenceStates {
  /** Of the chosen side of a unit: null where it is not compared. */
  known(unit: Pick<NamedUnit, 'chosen'>): Known
  /** Keeps what a unit that was scored under the reference told, where that is wanted and not known yet. */
  keep(scored: Pick<ScoredUnit<Pick<NamedUnit, 'chosen'>>, 'item' | 'compared'>): void
}

/** One text, one key. */
export function referenceKey(text: ReferenceText): string {
  switch (text.kind) {
    case 'pair':
      return `pair/${text.pair}/${text.side}`
    case 'beginning':
      return `beginning/${text.pair}/${text.side}/${text.tokens}`
    case 'other':
      return `other/${text.pair}/${text.answer}${text.side ? `/${text.side}` : ''}`
    case 'sampled':
      return `sampled/${text.pair}/${text.response.join(' ')}`
  }
}

/**
 * Scores the units that `known` has no value for, with `program` reading the reference, and tells them in batches; `states` keeps what it wants of them.
 * Returns the reference for all the units, and the scores of those that were run. With `program` null the reference is gone, its weights are trained already:
 * then throws when a value is missing.
 */
export async function* referencePass(
  executor: Executor,
  program: UnitProgram | null,
  units: readonly NamedUnit[],
  known: (text: ReferenceText) => number | undefined,
  states?: ReferenceStates,
): AsyncGenerator<
  Doing | { kind: 'referenced'; entries: ReferenceEntry[] },
  { reference: Reference; scores: ReferenceScores }
> {
  const logps = new Map<string, number>()
  const wanted = new Map<string, NamedUnit>()
  const scores = new Map<string, Omit<ScoredUnit<NamedUnit>, 'item'>>()
  for (const unit of units) {
    const texts = [unit.chosen, ...(unit.rejected ? [unit.rejected] : []), ...(unit.beginning ? [unit.beginning] : [])]
    const key = referenceKey(unit.chosen)
    for (const text of texts) {
      const logp = known(text)
      // A pair may be asked for again as a probe, without its beginning.
      if (logp === undefined) wanted.set(key, wanted.get(key)?.beginning ? wanted.get(key)! : unit)
      else logps.set(referenceKey(text), logp)
    }
  }
  if (wanted.size > 0 && !program)
    throw new Error(
      `The reference log-probabilities of ${wanted.size} texts of this run are missing, and its reference weights are gone. Start the run again.`,
    )
  let done = 0
  if (program) {
    for await (const scored of scoredBatches(executor, program, [...wanted.values()], { known: states?.known })) {
      if (states) scored.forEach(states.keep)
      for (const { item, ...found } of scored) scores.set(referenceKey(item.chosen), found)
      const entries = scored.flatMap(({ item, chosen, rejected }) => [
        { text: item.chosen, logp: chosen.logp, tokens: chosen.tokens },
        ...(item.rejected && rejected ? [{ text: item.rejected, logp: rejected.logp, tokens: rejected.tokens }] : []),
        ...beginningEntry(item, { chosen, rejected }),
      ])
      for (const { text, logp } of entries) logps.set(referenceKey(text), logp)
      done += scored.length
      yield { kind: 'referenced', entries }
      yield doing('reference pass', done, wanted.size, 'pairs')
    }
  }
  const reference: Reference = (text) => {
    const logp = logps.get(referenceKey(text))
    if (logp === undefined) throw new Error(`No reference log-probability was computed for ${referenceKey(text)}.`)
    return logp
  }
  return { reference, scores }
}

function beginningEntry({ beginning }: NamedUnit, scores: Pick<ScoredUnit<NamedUnit>, Side>): ReferenceEntry[] {
  if (!beginning) return []
  return [{ text: beginning, logp: scores[beginning.side]!.shared, tokens: beginning.tokens }]
}
