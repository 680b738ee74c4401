// What an evaluation is asked for, and which two may be compared: looked up and checked before anything is loaded.
import {
  ProblemError,
  type Evaluation,
  type EvaluationId,
  type EvaluationOptions,
  type EvaluationRequest,
  type Model,
  type PairSet,
} from '#contract'
import type { EvaluationOutcome, FrozenSet } from '../store/index.ts'
import type { AppContext } from './context.ts'
import { answeringPolicy, refuseGoing, type FoundPolicy } from './policies.ts'
import { judgeNamed, setNamed } from './names.ts'

export type ReadyEvaluation = {
  policies: FoundPolicy[]
  set: PairSet
  version: FrozenSet
  /** Which pairs of the version are evaluated, by their places from 0. */
  positions: number[]
  /** With all parameters of the checker. */
  options: EvaluationOptions
  rewardModel: Model | null
}

/** @throws ProblemError: unknown names, a run that goes on, options that do not fit, no pairs */
export async function readyEvaluation(
  context: AppContext,
  { policies: names, set: setName, options: given }: EvaluationRequest,
): Promise<ReadyEvaluation> {
  const { store, trainer } = context
  const policies = names.map((name) => answeringPolicy(context, name))
  for (const { tuned } of policies) if (tuned) refuseGoing(tuned.run)
  const keys = policies.map(({ tuned, model }) => `${model.id}/${tuned?.run.id ?? ''}`)
  if (new Set(keys).size < keys.length)
    throw refused('Both are the same policy', policies[0]!.label, 'Name another one to compare with')
  const set = setNamed(store, setName)
  if (set.chosen === 0)
    throw refused(
      set.answers ? 'No answer of this set is marked' : 'No pair of this set has a chosen response',
      `set ${set.name}`,
      'Label some first',
    )
  checkOptions(given, set)
  const checker = given.checker && (await trainer.ask('checker', given.checker))
  const rewardModel = given.rewardModel && judgeNamed(store, given.rewardModel.name, modelsOf(policies), 'reward model')
  const pinned = rewardModel && { name: rewardModel.name, modelHash: rewardModel.modelHash }
  const options = { ...given, checker, rewardModel: pinned }
  const version = store.sets.freeze(set.id)
  return { policies, set, version, positions: positionsOf(context, set, version, options), options, rewardModel }
}

const modelsOf = (policies: readonly FoundPolicy[]) => policies.map(({ model }) => model)

function checkOptions(
  { likelihoods, checker, rewardModel, answers, temperature }: EvaluationOptions,
  set: Pick<PairSet, 'name' | 'answers'>,
): void {
  if (checker && rewardModel)
    throw refused('One judge scores the answers', 'options', 'Take the checker or the reward model, or evaluate twice')
  const judged = checker !== null || rewardModel !== null
  if (likelihoods && set.answers)
    throw refused(
      'Log-probabilities are compared between the two answers of a pair, and this set holds answers alone',
      `set ${set.name}`,
      'Leave them off (--likelihoods off) and name a judge: the prompts of the set are answered',
    )
  if (!likelihoods && !judged)
    throw refused('There is nothing to evaluate', 'options', 'Score the pairs, or choose who judges answers')
  if (judged && answers > 1 && temperature === 0)
    throw refused(
      'At temperature 0 all answers to a prompt are the same',
      'answers',
      'Raise the temperature, or ask for 1',
    )
}

function positionsOf(
  { store }: AppContext,
  set: PairSet,
  { pairs }: FrozenSet,
  { heldOutOf, limit }: EvaluationOptions,
): number[] {
  const all = [...pairs.keys()]
  if (heldOutOf === null) return all.slice(0, limit ?? undefined)
  const run = store.runs.show(heldOutOf)
  const probes = store.probes.list(run.id)
  const heldOut = new Set(probes.filter(({ kind }) => kind === 'heldout').map(({ pair }) => pair))
  const found = all.filter((position) => heldOut.has(pairs[position]!.id))
  if (found.length > 0) return found.slice(0, limit ?? undefined)
  throw refused(
    heldOut.size === 0 ? 'This run held no pairs out' : `None of the pairs that this run held out are in ${set.name}`,
    `run ${run.name}`,
    heldOut.size === 0 ? 'Evaluate a set that it was not trained on' : `It was trained on ${run.set.name}`,
  )
}

/** The items of two evaluations, side by side. @throws ProblemError when they are not of the same items, measured alike */
export function comparedItems({ store }: AppContext, a: EvaluationId, b: EvaluationId) {
  const [first, second] = [store.evaluations.show(a), store.evaluations.show(b)]
  const items = { a: store.evaluations.outcomes(a), b: store.evaluations.outcomes(b) }
  refuseUnlike(first, second, items)
  const scored = Boolean(first.options.rewardModel)
  return { ...items, scored, incomparable: incomparable(first, second) }
}

function refuseUnlike(a: Evaluation, b: Evaluation, items: { a: EvaluationOutcome[]; b: EvaluationOutcome[] }): void {
  const names = `${a.label} and ${b.label}`
  for (const { status, label } of [a, b])
    if (status !== 'finished') throw refused('This evaluation has no results', `evaluation of ${label}`)
  const same =
    a.set.versionHash === b.set.versionHash &&
    items.a.length === items.b.length &&
    items.a.every(({ position }, i) => position === items.b[i]!.position)
  if (!same)
    throw refused('They were not evaluated on the same pairs', names, 'Evaluate both on the same set, unchanged')
  for (const key of Object.keys(optionWords) as (keyof typeof optionWords)[])
    // An option that came later is not there in what was kept before.
    if (JSON.stringify(a.options[key] ?? null) !== JSON.stringify(b.options[key] ?? null))
      throw refused(`They were evaluated with other options: ${optionWords[key]}`, names, 'Evaluate both alike')
}

const optionWords: Record<Exclude<keyof EvaluationOptions, 'limit' | 'heldOutOf'>, string> = {
  likelihoods: 'only one scored the pairs',
  checker: 'the checker differs',
  rewardModel: 'the reward model differs',
  answers: 'the answers to each prompt differ',
  temperature: 'the temperature differs',
  maxTokens: 'the longest answer differs',
  seed: 'the seed differs',
}

function incomparable({ policy: a }: Evaluation, { policy: b }: Evaluation): string | null {
  const what =
    a.tokenizerHash !== b.tokenizerHash ? 'tokenizers' : a.templateHash !== b.templateHash ? 'chat templates' : null
  return (
    what && `The two have different ${what}, so log-probabilities are not of the same tokens: only shares are compared.`
  )
}

function refused(message: string, where: string, advice?: string): ProblemError {
  return new ProblemError({ code: 'refused', message, where, advice })
}
