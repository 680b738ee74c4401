// An evaluation: one policy on a frozen set of pairs. Scores both responses of each, answers each prompt and has the answers judged.
import { setImmediate as nextTurn } from 'node:timers/promises'
import { ProblemError, type ItemResult } from '#contract'
import {
  answeredRight,
  evaluationFigures,
  pairLikelihoods,
  preferredBySum,
  withReference,
  type PairLikelihood,
  type PairUnit,
} from '#ml'
import { answersOf, roomyPrompts, type Answer } from '../answering.ts'
import { answerCheck } from '../checking.ts'
import { longestWith, openRewardModel, scoresOf } from '../judging.ts'
import type { AskingContext, JobContext } from '../loop.ts'
import { loadPolicy, type LoadedPolicy } from '../policy.ts'
import type { EvaluateJob, EvaluateResult, ModelPlace, TrainPair } from '../protocol.ts'
import { readPairs, tokenizedPairs } from '../run-pairs.ts'
import { openReferenceBook, responseTexts } from '../run-reference.ts'

/** @throws ProblemError `cancelled` when it is stopped: half of an evaluation is none */
export async function evaluate(job: EvaluateJob, context: AskingContext): Promise<EvaluateResult> {
  const { pairs } = await readPairs(job.pairsFile)
  // In float32: what is judged on one machine holds on another.
  const loaded = await loadPolicy(job.policy, context, 'float32')
  if (!loaded) throw stopped()
  try {
    const { found, leftOut } = job.likelihoods ? await likelihoods(job, loaded, pairs, context) : nothingScored
    const judged = job.checker || job.rewardModel ? await judgedAnswers(job, loaded, pairs, context) : nothingAsked
    const items = pairs.map(({ id }) => resultOf(found.get(id) ?? null, judged.answers.get(id) ?? []))
    return {
      items: items.map((item, i) => ({ pair: pairs[i]!.id, ...item })),
      figures: evaluationFigures(items, { scored: job.rewardModel !== null }),
      leftOut: { pairs: leftOut, prompts: judged.leftOut },
      machine: loaded.machine,
    }
  } finally {
    loaded.executor.dispose()
  }
}

const nothingScored = { found: new Map<number, PairLikelihood>(), leftOut: 0 }
const nothingAsked = { answers: new Map<number, ItemResult['answers']>(), leftOut: 0 }

const stopped = () => new ProblemError({ code: 'cancelled', message: 'The evaluation was stopped' })

function resultOf(likelihood: PairLikelihood | null, answers: ItemResult['answers']): ItemResult {
  return { likelihood, answers, preferred: likelihood && preferredBySum(likelihood), answered: answeredRight(answers) }
}

/** Likelihoods by pair; with the reference where the policy is what a run made of a model. */
async function likelihoods(
  job: EvaluateJob,
  loaded: LoadedPolicy,
  pairs: readonly TrainPair[],
  context: AskingContext,
): Promise<typeof nothingScored> {
  const { tokenizer, checkpoint } = loaded.model
  const { units, leftOut } = await tokenizedPairs(tokenizer, pairs, checkpoint.config.context, async (done) => {
    context.tell('doing', { text: `reading pairs, ${done} of ${pairs.length}`, progress: done / pairs.length })
    await turn(context)
  })
  const policy = { executor: loaded.executor, config: checkpoint.config, adapter: loaded.adapter }
  const found = await followed(pairLikelihoods(policy, units), context)
  const scored = job.policy.tuned ? await referenced(job, loaded, { pairs, units, found }, context) : found
  return { found: scored, leftOut: leftOut.length }
}

/** Adds the reference: the store's numbers where it has them, else those of the model that the run began from. */
async function referenced(
  { policy }: EvaluateJob,
  loaded: LoadedPolicy,
  {
    pairs,
    units,
    found,
  }: { pairs: readonly TrainPair[]; units: readonly PairUnit[]; found: typeof nothingScored.found },
  context: AskingContext,
) {
  const byId = new Map(pairs.map((pair) => [pair.id as number, pair]))
  const book = openReferenceBook({ pairs: byId, units, precision: loaded.precision, entries: [] }, context.known)
  const texts = responseTexts(units)
  await book.lookUp(texts)
  // Beside an adapter the model lies as it was; after full tuning it has to be read again, if a number is missing.
  const gone = !loaded.adapter && texts.some((text) => book.known(text) === undefined)
  const base = gone ? await loadPolicy({ ...policy, tuned: null }, context, loaded.precision) : loaded
  if (!base) throw stopped()
  try {
    const from = { executor: base.executor, config: base.model.checkpoint.config }
    return await followed(withReference(found, from, units, book.known), context, ({ entries }) =>
      context.tell('referenced', { entries: entries.map(({ text, logp, tokens }) => book.add(text, logp, tokens)) }),
    )
  } finally {
    if (base !== loaded) base.executor.dispose()
  }
}

type Entries = Extract<Awaited<ReturnType<ReturnType<typeof withReference>['next']>>['value'], { kind: 'referenced' }>
type Told = { kind: 'doing'; text: string; progress: number | null } | Entries

/** Follows a recipe to its end, telling its progress; throws when it is stopped. */
async function followed<T>(
  recipe: AsyncGenerator<Told, T>,
  context: JobContext,
  keep: (told: Entries) => void = () => {},
): Promise<T> {
  for (let next = await recipe.next(); ; next = await recipe.next()) {
    if (next.done) return next.value
    if (next.value.kind === 'doing') context.tell('doing', next.value)
    else keep(next.value)
    await turn(context)
  }
}

/** Messages and the heartbeat get their turn. */
async function turn({ stop }: JobContext): Promise<void> {
  await nextTurn()
  if (stop.aborted) throw stopped()
}

/** Judged answers by pair: each prompt is asked once. */
async function judgedAnswers(
  job: EvaluateJob,
  loaded: LoadedPolicy,
  pairs: readonly TrainPair[],
  context: JobContext,
): Promise<typeof nothingAsked> {
  const { tell, stop } = context
  const check = job.checker && answerCheck(job.checker)
  const asked = askedOnce(pairs)
  const roomy = roomyPrompts(
    loaded,
    asked.map(({ prompt }) => prompt),
    job.maxTokens,
  )
  const { answers, temperature, maxTokens, seed } = job
  const told = (done: number, all: number) =>
    tell('doing', { text: `answering prompts, ${done} of ${all} answers`, progress: all > 0 ? done / all : null })
  told(0, roomy.size * answers)
  const asking = { answers, temperature, maxTokens, seed, topP: 1 }
  const prompts = [...roomy.values()]
  const given = await answersOf(loaded, prompts, asking, { stop, told })
  if (stop.aborted) throw stopped()
  const rewards = job.rewardModel && (await rewardsOf(job.rewardModel, prompts, given, maxTokens, context))
  const judged = [...roomy.keys()].map((place, i) => {
    const { id, prompt } = asked[place]!
    const expected = expectedBy(asked[place]!)
    const results = given[i]!.map(({ text, ids, ended }, k) => ({
      ...{ text, tokens: ids.length, ended },
      ...(check ? check(prompt, text, expected) : { ...undecided, score: rewards![i]![k]! }),
    }))
    return [id as number, results] as const
  })
  return { answers: new Map(judged), leftOut: asked.length - roomy.size }
}

/** Of the pairs of one prompt the first, which says what is expected; of answers alone the first that says it, as a good one does. */
function askedOnce(pairs: readonly TrainPair[]): TrainPair[] {
  const found = new Map<string, TrainPair>()
  for (const pair of pairs) {
    const key = JSON.stringify(pair.prompt)
    const known = found.get(key)
    if (!known || (expectedBy(known) === null && expectedBy(pair) !== null)) found.set(key, pair)
  }
  return [...found.values()]
}

/** What a checker compares answers with; a bad answer alone is not it. */
function expectedBy({ expected, chosen, mark }: TrainPair): string | null {
  return expected ?? (mark === 'bad' ? null : chosen)
}

const undecided = { verdict: 'undecided', why: '' } as const

/** The reward of each answer to each prompt of token ids, in float32. */
async function rewardsOf(
  place: ModelPlace,
  prompts: readonly (readonly number[])[],
  given: readonly (readonly Answer[])[],
  maxTokens: number,
  context: JobContext,
): Promise<number[][]> {
  const scorer = await openRewardModel(place, longestWith(prompts, maxTokens), { context, precision: 'float32' })
  if (!scorer) throw stopped()
  try {
    const all = given.flatMap((own, i) => own.map(({ ids }) => ({ prompt: prompts[i]!, response: ids })))
    const found = await scoresOf(scorer, all, context)
    if (context.stop.aborted) throw stopped()
    let at = 0
    return given.map((own) => found.slice(at, (at += own.length)))
  } finally {
    scorer.dispose()
  }
}
