// The reference log-probabilities that a run knows: from its beginning, from the store, and those it adds.
import {
  responseIds,
  sidesOf,
  sharedText,
  unseenText,
  type Method,
  type PairUnit,
  type ReferenceText,
  type RunProbe,
  type Side,
} from '#ml'
import type { AskingContext } from './loop.ts'
import { textHash, type Precision, type ReferenceEntry, type TrainPair } from './protocol.ts'
import { pairOf } from './run-frozen.ts'

export interface ReferenceBook {
  /** In nats; undefined when nobody has computed it yet. */
  known(text: ReferenceText): number | undefined
  /** Asks the store for those of the texts that are not known. */
  lookUp(texts: readonly ReferenceText[]): Promise<void>
  add(text: ReferenceText, logp: number, tokens: number): ReferenceEntry
  all(): ReferenceEntry[]
}

/**
 * The book of a run over `pairs`, which are `units` as tokens, computed in `precision`. It starts with `entries`: a resumed run
 * goes on with the very numbers it began with, whatever the store has learnt since.
 */
export function openReferenceBook(
  {
    pairs,
    units,
    precision,
    entries,
  }: {
    pairs: ReadonlyMap<number, TrainPair>
    units: readonly PairUnit[]
    precision: Precision
    entries: readonly ReferenceEntry[]
  },
  ask: AskingContext['known'],
): ReferenceBook {
  const book = new Map(entries.map((entry) => [entry[0], entry]))
  const byId = new Map(units.map(({ id, unit }) => [id, unit]))
  const answerIds = (id: number, side: Side) => {
    const unit = byId.get(id)
    if (!unit) throw new Error(`Pair ${id} is not among the pairs of this run`)
    return responseIds({ unit }, side)
  }
  const hashOf = (text: ReferenceText) => referenceHash(text, { pairs, answerIds, precision })
  return {
    known: (text) => book.get(hashOf(text))?.[1],
    async lookUp(texts) {
      const missing = new Set(texts.map(hashOf).filter((hash) => !book.has(hash)))
      if (missing.size === 0) return
      for (const entry of await ask([...missing])) book.set(entry[0], entry)
    },
    add(text, logp, tokens) {
      const entry: ReferenceEntry = [hashOf(text), logp, tokens]
      book.set(entry[0], entry)
      return entry
    },
    all: () => [...book.values()],
  }
}

/** Both responses of each pair, and the only one of an answer alone. */
export function responseTexts(units: readonly PairUnit[]): ReferenceText[] {
  return units.flatMap(({ id, unit }) => sidesOf(unit).map((side) => ({ kind: 'pair' as const, pair: id, side })))
}

/** The same, and for a method that parts them their beginnings. */
export function pairTexts(units: readonly PairUnit[], method: Method): ReferenceText[] {
  const whole = responseTexts(units)
  const parts = method.learns === 'pairs' && method.splits === true
  return parts
    ? [...whole, ...units.flatMap((pair) => sidesOf(pair.unit).map((side) => sharedText(pair, side)))]
    : whole
}

/** The unseen responses among the probes: the others are responses of pairs. */
export function unseenTexts(probes: readonly RunProbe[]): ReferenceText[] {
  return probes.flatMap((probe) => unseenText(probe) ?? [])
}

/** The name under which a reference log-probability is kept. Unseen responses were never a text: their ids name them. */
export function referenceHash(
  text: ReferenceText,
  {
    pairs,
    answerIds,
    precision,
  }: {
    pairs: ReadonlyMap<number, TrainPair>
    answerIds: (pair: number, side: Side) => readonly number[]
    precision: Precision
  },
): string {
  const { prompt, chosen, rejected } = pairOf(text.pair, pairs)
  switch (text.kind) {
    case 'pair':
      return textHash(prompt, text.side === 'chosen' ? chosen : rejected, precision)
    case 'beginning':
      return textHash(prompt, [text.side === 'chosen' ? chosen : rejected, text.tokens], precision)
    case 'other':
      return textHash(prompt, answerIds(text.answer, text.side ?? 'chosen'), precision)
    case 'sampled':
      return textHash(prompt, text.response, precision)
  }
}
