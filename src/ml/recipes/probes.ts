// The frozen probes of a run: what is measured again and again, chosen once from the seed.
import { oneSide, oneSidedUnit, responseTokens, sharedTokens, sidesOf, type Side, type Unit } from '../data/units.ts'
import type { SideOrigins } from '../diagnostics/splits.ts'
import type { ModelConfig } from '../models/config.ts'
import { permutation, randomStream } from '../random.ts'
import { nearMiss, shuffled } from './edited-responses.ts'
import { isTie, promptKey, usedPairs, type Mark, type PairUnit, type RunPlan } from './plan.ts'
import type { DpoSettings } from './settings.ts'

/**
 * A probe as plain data: pairs by their number, so that it can be kept with the run.
 * train: a pair the run trains on, with who gave its responses where that is known. heldout: a pair it never sees. other: the chosen response of pair `answer` after the prompt
 * of `pair`, other-rejected: its rejected one. The rest are responses to the prompt of `pair` as token ids. sampled: of the reference at temperature 1,
 * resampled: at another one. near-miss: the chosen with some tokens changed. shuffled: its tokens in another order.
 * out-of-domain: the chosen response of a pair of another set, after its own prompt.
 */
export type RunProbe = { index: number; pair: number } & (
  | { kind: 'train'; origins?: SideOrigins }
  | { kind: 'heldout' | 'out-of-domain' }
  | { kind: 'other' | 'other-rejected'; answer: number }
  | { kind: 'sampled' | 'resampled' | 'near-miss' | 'shuffled'; response: readonly number[] }
)

type OutOfDomainProbe = { kind: 'out-of-domain'; pair: number }

/** Responses that are in no pair of their prompt. */
export type UnseenKind = Exclude<RunProbe['kind'], 'train' | 'heldout'>

/** A response whose reference log-probability is wanted; names what the caller may have stored it under. */
export type ReferenceText =
  | { kind: 'pair'; pair: number; side: Side }
  /** The first `tokens` tokens of a response, as many as the other response of its pair has. */
  | { kind: 'beginning'; pair: number; side: Side; tokens: number }
  /** A response of another pair: its chosen one, unless said otherwise. */
  | { kind: 'other'; pair: number; answer: number; side?: 'rejected' }
  /** Token ids that were never a text. */
  | { kind: 'sampled'; pair: number; response: readonly number[] }

/** A unit with the name of each of its sides, and of the beginning of its longer one where that is wanted too. `mark`: of an answer alone. */
export type NamedUnit = {
  unit: Unit
  mark?: Mark
  chosen: ReferenceText
  rejected: ReferenceText | null
  beginning?: ReferenceText & { kind: 'beginning' }
}

/**
 * All probes but the sampled ones: training pairs that the run will use, ties left out, all held-out pairs, other prompts' chosen and rejected
 * responses from the training pairs after held-out prompts (after training prompts when nothing is held out), and what is made of the
 * chosen responses of the training probes.
 */
export function chosenProbes(plan: RunPlan, config: ModelConfig, settings: DpoSettings, seed: number): RunProbe[] {
  const used = usedPairs(plan).filter((pair) => !isTie(pair))
  const shuffledPairs = permutation(randomStream(seed, 'probe pairs'), used.length).map((i) => used[i]!)
  const train = bothMarks(shuffledPairs, settings.probe_pairs)
  const probes = [
    ...train.map(({ id, origins }) => ({ kind: 'train' as const, pair: id, ...(origins ? { origins } : {}) })),
    ...plan.heldout.map((pair) => ({ kind: 'heldout' as const, pair: pair.id })),
    ...othersAnswers(plan, config, { kind: 'other', wanted: settings.probe_others, seed }),
    ...othersAnswers(plan, config, { kind: 'other-rejected', wanted: settings.probe_others_rejected, seed }),
    ...madeOfChosen((train.length > 0 ? train : used).filter(isWanted), used.filter(isWanted), config, settings, seed),
  ]
  return probes.map((probe, index) => ({ index, ...probe }))
}

/** The first `wanted`; of answers alone as many good as bad ones, as far as there are. */
function bothMarks(pairs: readonly PairUnit[], wanted: number): readonly PairUnit[] {
  const bad = pairs.filter(({ mark }) => mark === 'bad')
  const others = pairs.filter(({ mark }) => mark !== 'bad')
  const fewest = Math.min(bad.length, Math.max(Math.floor(wanted / 2), wanted - others.length))
  const taken = new Set([...others.slice(0, wanted - fewest), ...bad.slice(0, fewest)])
  return pairs.filter((pair) => taken.has(pair))
}

/** Probes of another set: pairs whose prompts the run never sees, in an order of the seed, as many as are wanted. Ties have no chosen response. */
export function outOfDomainProbes(run: {
  pairs: readonly PairUnit[]
  outOfDomain?: readonly PairUnit[]
  settings: DpoSettings
  seed: number
}): OutOfDomainProbe[] {
  const own = new Set(run.pairs.map(promptKey))
  const strange = (run.outOfDomain ?? []).filter((pair) => !own.has(promptKey(pair)) && !isTie(pair) && isWanted(pair))
  return permutation(randomStream(run.seed, 'out of domain'), strange.length)
    .slice(0, run.settings.probe_out_of_domain_answers)
    .map((i) => ({ kind: 'out-of-domain', pair: strange[i]!.id }))
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
    case 'out-of-domain':
      return { unit: oneSide(pair.unit, 'chosen'), chosen: unseenText(probe)!, rejected: null }
    case 'other':
    case 'other-rejected':
      return otherAnswer(pair, found(probe.answer), sideOf(probe.kind))
    default:
      return { unit: oneSidedUnit(pair.prompt, probe.response), chosen: unseenText(probe)!, rejected: null }
  }
}

/** The name of the response of an unseen probe; null for a pair. */
export function unseenText(probe: RunProbe): ReferenceText | null {
  switch (probe.kind) {
    case 'train':
    case 'heldout':
      return null
    case 'out-of-domain':
      return { kind: 'pair', pair: probe.pair, side: 'chosen' }
    case 'other':
    case 'other-rejected':
      return otherText(probe.pair, probe.answer, sideOf(probe.kind))
    default:
      return { kind: 'sampled', pair: probe.pair, response: probe.response }
  }
}

const isWanted = ({ mark }: PairUnit) => mark !== 'bad'

const sideOf = (kind: 'other' | 'other-rejected'): Side => (kind === 'other' ? 'chosen' : 'rejected')

// The chosen response goes without a side, as it did when there was no other.
const otherText = (pair: number, answer: number, side: Side): ReferenceText => ({
  ...{ kind: 'other', pair, answer },
  ...(side === 'rejected' ? { side } : {}),
})

export function namedPair({ id, unit, mark }: PairUnit): NamedUnit {
  return {
    unit,
    ...(mark ? { mark } : {}),
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

/** The prompt of one pair with a response of another, by default its chosen one. */
export function otherAnswer(pair: PairUnit, answer: PairUnit, side: Side = 'chosen'): NamedUnit {
  const unit = oneSidedUnit(pair.prompt, responseIds(answer, side))
  return { unit, chosen: otherText(pair.id, answer.id, side), rejected: null }
}

/** The tokens of one response of a pair; those of an answer alone, whichever side is asked for. */
export function responseIds({ unit }: { unit: Unit }, side: Side): readonly number[] {
  const own = sidesOf(unit).includes(side) ? side : 'chosen'
  return unit[own].slice(own === 'chosen' ? unit.chosenFrom : unit.rejectedFrom)
}

function othersAnswers(
  plan: RunPlan,
  config: ModelConfig,
  { kind, wanted, seed }: { kind: 'other' | 'other-rejected'; wanted: number; seed: number },
) {
  const side = sideOf(kind)
  const prompts = unseenPrompts(plan, seed)
  const answers = permutation(randomStream(seed, 'others answers'), plan.train.length)
    .map((i) => plan.train[i]!)
    .filter(({ mark }) => !mark || mark === (side === 'chosen' ? 'good' : 'bad'))
  const fits = (prompt: PairUnit, answer: PairUnit) =>
    promptKey(prompt) !== promptKey(answer) && prompt.prompt.length + responseIds(answer, side).length <= config.context
  const found: { kind: typeof kind; pair: number; answer: number }[] = []
  // Round by round each prompt gets another answer, so that no two probes are the same.
  for (let round = 0; round < answers.length && found.length < wanted; round++) {
    for (const [i, prompt] of prompts.entries()) {
      const answer = answers[(i + round) % answers.length]!
      if (found.length < wanted && fits(prompt, answer)) found.push({ kind, pair: prompt.id, answer: answer.id })
    }
  }
  return found
}

/** Near misses and shuffles of the chosen responses of `pairs`, one of each pair at most; changed tokens come from all chosen responses of the run. */
function madeOfChosen(
  pairs: readonly PairUnit[],
  used: readonly PairUnit[],
  { eos }: ModelConfig,
  settings: DpoSettings,
  seed: number,
) {
  const ends = new Set(eos)
  const pool = [...new Set(used.flatMap((pair) => responseIds(pair, 'chosen')))].filter((token) => !ends.has(token))
  const made = (
    kind: 'near-miss' | 'shuffled',
    wanted: number,
    make: (response: readonly number[], seed: number) => number[] | null,
  ) =>
    pairs
      .slice(0, wanted)
      .map((pair) => ({
        ...{ kind, pair: pair.id },
        response: make(responseIds(pair, 'chosen'), randomStream(seed, kind).bits(pair.id)),
      }))
      .filter((probe): probe is typeof probe & { response: number[] } => probe.response !== null)
  return [
    ...made('near-miss', settings.probe_near_misses, (response, own) => nearMiss(response, { pool, eos, seed: own })),
    ...made('shuffled', settings.probe_shuffled, (response, own) => shuffled(response, { eos, seed: own })),
  ]
}
