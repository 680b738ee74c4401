// The frozen probes of a run: what is measured again and again, chosen once from the seed.
import { oneSidedUnit, responseTokens, sharedTokens, sidesOf, type Side, type Unit } from '../data/units.ts'
import type { ModelConfig } from '../models/config.ts'
import { permutation, randomStream } from '../random.ts'
import { isTie, promptKey, usedPairs, type PairUnit, type RunPlan } from './plan.ts'
import type { DpoSettings } from './settings.ts'

/**
 * A probe as plain data: pairs by their number, so that it can be kept with the run.
 * train: a pair the run trains on. heldout: a pair it never sees. other: the chosen response of pair `answer` after the prompt
 * of `pair`. sampled: a response of the reference to the prompt of `pair`, as token ids.
 */
export type RunProbe = { index: number; pair: number } & (
  { kind: 'train' | 'heldout' } | { kind: 'other'; answer: number } | { kind: 'sampled'; response: readonly number[] }
)

/** A response whose reference log-probability is wanted; names what the caller may have stored it under. */
export type ReferenceText =
  | { kind: 'pair'; pair: number; side: Side }
  /** The first `tokens` tokens of a response, as many as the other response of its pair has. */
  | { kind: 'beginning'; pair: number; side: Side; tokens: number }
  | { kind: 'other'; pair: number; answer: number }
  | { kind: 'sampled'; pair: number; response: readonly number[] }

/** A unit with the name of each of its sides, and of the beginning of its longer one where that is wanted too. */
export type NamedUnit = {
  unit: Unit
  chosen: ReferenceText
  rejected: ReferenceText | null
  beginning?: ReferenceText & { kind: 'beginning' }
}

/**
 * All probes but the sampled ones: training pairs that the run will use, ties left out, all held-out pairs, and other prompts' chosen
 * responses from the training pairs after held-out prompts (after training prompts when nothing is held out).
 */
export function chosenProbes(plan: RunPlan, config: ModelConfig, settings: DpoSettings, seed: number): RunProbe[] {
  const used = usedPairs(plan).filter((pair) => !isTie(pair))
  const train = permutation(randomStream(seed, 'probe pairs'), used.length)
    .slice(0, settings.probe_pairs)
    .map((i) => used[i]!)
  const probes = [
    ...train.map((pair) => ({ kind: 'train' as const, pair: pair.id })),
    ...plan.heldout.map((pair) => ({ kind: 'heldout' as const, pair: pair.id })),
    ...othersAnswers(plan, config, settings.probe_others, seed),
  ]
  return probes.map((probe, index) => ({ index, ...probe }))
}

/** The prompts that unseen responses are put after, each once, in an order of the seed: held-out ones, else training ones. */
export function unseenPrompts(plan: RunPlan, seed: number): PairUnit[] {
  const pairs = plan.heldout.length > 0 ? plan.heldout : plan.train
  const distinct = [...new Map(pairs.map((pair) => [promptKey(pair), pair])).values()]
  return permutation(randomStream(seed, 'unseen prompts'), distinct.length).map((i) => distinct[i]!)
}

/** The unit of a probe. Throws when the probe names a pair that is not in the set: the pairs changed since the run began. */
export function probeUnit(probe: RunProbe, pairs: ReadonlyMap<number, PairUnit>): NamedUnit {
  const found = (id: number): PairUnit => {
    const pair = pairs.get(id)
    if (!pair) throw new Error(`A probe of this run needs pair ${id}, which is no longer among its pairs.`)
    return pair
  }
  const pair = found(probe.pair)
  switch (probe.kind) {
    case 'train':
    case 'heldout':
      return namedPair(pair)
    case 'other':
      return otherAnswer(pair, found(probe.answer))
    case 'sampled': {
      const { kind, pair: prompt, response } = probe
      return { unit: oneSidedUnit(pair.prompt, response), chosen: { kind, pair: prompt, response }, rejected: null }
    }
  }
}

export function namedPair({ id, unit }: PairUnit): NamedUnit {
  return {
    unit,
    chosen: { kind: 'pair', pair: id, side: 'chosen' },
    rejected: sidesOf(unit).includes('rejected') ? { kind: 'pair', pair: id, side: 'rejected' } : null,
  }
}

/** A pair with the beginning of its longer response, where one is longer. */
export function namedInParts(pair: PairUnit): NamedUnit {
  const side = (['chosen', 'rejected'] as const).find(
    (side) => responseTokens(pair.unit, side) > sharedTokens(pair.unit),
  )
  const beginning = side && { kind: 'beginning' as const, pair: pair.id, side, tokens: sharedTokens(pair.unit) }
  return { ...namedPair(pair), beginning }
}

/** The text of a side up to the length of the shorter one. */
export function sharedText(pair: PairUnit, side: Side): ReferenceText {
  const { beginning } = namedInParts(pair)
  return beginning?.side === side ? beginning : { kind: 'pair', pair: pair.id, side }
}

/** The prompt of one pair with the chosen response of another. */
export function otherAnswer(pair: PairUnit, answer: PairUnit): NamedUnit {
  const response = answer.unit.chosen.slice(answer.unit.chosenFrom)
  const chosen = { kind: 'other' as const, pair: pair.id, answer: answer.id }
  return { unit: oneSidedUnit(pair.prompt, response), chosen, rejected: null }
}

function othersAnswers(plan: RunPlan, config: ModelConfig, wanted: number, seed: number) {
  const prompts = unseenPrompts(plan, seed)
  const answers = permutation(randomStream(seed, 'others answers'), plan.train.length).map((i) => plan.train[i]!)
  const fits = (prompt: PairUnit, answer: PairUnit) =>
    promptKey(prompt) !== promptKey(answer) &&
    prompt.prompt.length + answer.unit.chosen.length - answer.unit.chosenFrom <= config.context
  const found: { kind: 'other'; pair: number; answer: number }[] = []
  // Round by round each prompt gets another answer, so that no two probes are the same.
  for (let round = 0; round < answers.length && found.length < wanted; round++) {
    for (const [i, prompt] of prompts.entries()) {
      const answer = answers[(i + round) % answers.length]!
      if (found.length < wanted && fits(prompt, answer))
        found.push({ kind: 'other', pair: prompt.id, answer: answer.id })
    }
  }
  return found
}
