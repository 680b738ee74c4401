// How likely a policy finds both responses of each pair of a frozen set, and its reference where it has one.
import type { Side } from '../data/units.ts'
import type { PairLikelihood } from '../evaluation/outcome.ts'
import type { LoraSettings } from '../models/lora.ts'
import type { ModelConfig } from '../models/config.ts'
import type { Executor } from '../program.ts'
import { doing, type Doing, type ReferenceEntry } from './events.ts'
import type { PairUnit } from './plan.ts'
import { namedPair } from './probes.ts'
import { scoreUnits } from './programs.ts'
import { referencePass } from './reference.ts'
import { scoredBatches } from './scoring.ts'

/** What holds a policy's weights, and the adapter among them. */
export type ScoredPolicy = { executor: Executor; config: ModelConfig; adapter: LoraSettings | null }

/** Likelihoods by the pairs' numbers, without a reference. Yields after each batch. */
export async function* pairLikelihoods(
  { executor, config, adapter }: ScoredPolicy,
  pairs: readonly PairUnit[],
): AsyncGenerator<Doing, Map<number, PairLikelihood>> {
  const found = new Map<number, PairLikelihood>()
  for await (const batch of scoredBatches(executor, scoreUnits(config, adapter), pairs)) {
    for (const { item, chosen, rejected } of batch) {
      if (!rejected) throw new Error(`Pair ${item.id} has no rejected response.`)
      const side = ({ logp, tokens }: typeof chosen) => ({ logp, tokens, reference: null })
      found.set(item.id, { chosen: side(chosen), rejected: side(rejected) })
    }
    yield doing('scoring pairs', found.size, pairs.length, 'pairs')
  }
  return found
}

/**
 * The same likelihoods with the reference of each side: of the bare weights that `executor` holds, or what `known` tells. Yields what
 * it computed, to be kept.
 */
export async function* withReference(
  likelihoods: ReadonlyMap<number, PairLikelihood>,
  { executor, config }: Omit<ScoredPolicy, 'adapter'>,
  pairs: readonly PairUnit[],
  known: Parameters<typeof referencePass>[3],
): AsyncGenerator<Doing | { kind: 'referenced'; entries: ReferenceEntry[] }, Map<number, PairLikelihood>> {
  const { reference } = yield* referencePass(executor, scoreUnits(config, null), pairs.map(namedPair), known)
  const side = (pair: number, name: Side) => ({
    ...likelihoods.get(pair)![name],
    reference: reference({ kind: 'pair', pair, side: name }),
  })
  return new Map(pairs.map(({ id }) => [id, { chosen: side(id, 'chosen'), rejected: side(id, 'rejected') }]))
}
