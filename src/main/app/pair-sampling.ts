// On-policy pairs: a policy answers prompts, a checker or later a person judges, and the pairs go into a set whole or not at all.
import {
  numberIn,
  ProblemError,
  samplingSentence,
  type CheckerListing,
  type CommandParsed,
  type Handlers,
  type Model,
  type Origin,
  type PairSamplingReport,
  type SamplingCounts,
} from '#contract'
import type { NewPair } from '../store/index.ts'
import type { AnsweredPrompt, AskedPrompt, JudgedAnswer } from '../trainer/protocol.ts'
import type { AppContext } from './context.ts'
import { announce } from './imports.ts'
import { pacedProgress } from './jobs.ts'
import { askKeeping } from './keeping.ts'
import { judgeNamed } from './names.ts'
import { answeringPolicy, placeOf, type FoundPolicy } from './policies.ts'
import { foundPrompts, previewPrompts } from './prompts.ts'

type Asked = CommandParsed<'pairs.sample'>
type Judged = Asked & { judgedBy: Model | null }

export function pairSamplingHandlers(
  context: AppContext,
): Pick<Handlers, 'pairs.prompts' | 'pairs.sample' | 'checkers.list'> {
  return {
    'pairs.prompts': (input) => previewPrompts(context, input),
    'pairs.sample': (input) => samplePairs(context, input),
    'checkers.list': checkerList(context),
  }
}

/** They ship with the app: asked for once, so that nobody waits for a trainer that is busy. */
function checkerList({ trainer }: AppContext): Handlers['checkers.list'] {
  let known: CheckerListing[] | null = null
  return async () => (known ??= await trainer.ask('checkers', {}))
}

/**
 * Samples answers and stores the pairs that they make.
 * @throws ProblemError when something named is not there, a parameter is refused, or no pair came of it; nothing is stored then
 */
export function samplePairs(context: AppContext, asked: Asked): Promise<PairSamplingReport> {
  const { board, jobs, store, trainer } = context
  return jobs.run(
    `Sample pairs into ${asked.into}`,
    async (progress, signal) => {
      checkRule(asked)
      const found = answeringPolicy(context, asked.policy)
      const judge = judgeModel(context, asked, found)
      const { prompts, refusedCount } = await foundPrompts(context, asked.prompts, asked.limit, { progress, signal })
      const tell = pacedProgress(progress)
      tell('waiting for the trainer', null)
      const filling = store.pairs.import(asked.into)
      const tally = openTally(prompts.length, asked.judge)
      const fill = (answered: AnsweredPrompt[]) => {
        tally.add(answered)
        for (const one of answered)
          filling.add(newPairs(one, prompts[one.prompt]!, found, { ...asked, judgedBy: judge }))
      }
      try {
        const { noRoom } = await askKeeping(
          trainer,
          'answer',
          {
            ...{ policy: found.policy, prompts, sampling: asked.sampling },
            ...{ checker: checkerIn(asked), rewardModel: judge && placeOf(judge) },
            ...{ rule: asked.rule, perPrompt: asked.perPrompt },
          },
          {
            signal,
            keep({ name, data }) {
              if (name === 'doing') tell(data.text, data.progress)
              if (name === 'answered') fill(data.prompts)
            },
          },
        )
        signal.throwIfAborted()
        if (tally.pairs() === 0) throw noPair(tally.counts({ noRoom, pairs: 0, duplicates: 0 }), asked)
        const { set, imported, duplicates } = filling.finish()
        announce(board, set)
        return { set, refusedCount, counts: tally.counts({ noRoom, pairs: imported, duplicates }) }
      } catch (thrown) {
        filling.discard()
        throw thrown
      }
    },
    ({ set, counts }) => ({ text: samplingSentence(counts, asked), set: set.id }),
  )
}

function checkRule(asked: Asked): void {
  if (asked.rule.rule !== 'right-wrong' || checkerIn(asked)) return
  throw new ProblemError({
    code: 'bad-input',
    message: 'Only a checker says which answers are right',
    where: 'rule right-wrong',
    advice: 'Name a checker, or take the rule best-worst',
  })
}

/** Counts what the trainer answers, prompt by prompt. */
function openTally(prompts: number, judge: Asked['judge']) {
  const sums = { answers: 0, pairless: 0, undecided: 0, unusable: 0, cut: 0 }
  let made = 0
  const counted = (answers: JudgedAnswer[], holds: (answer: JudgedAnswer) => boolean) => answers.filter(holds).length
  return {
    add(answered: readonly AnsweredPrompt[]): void {
      for (const { answers, pairs } of answered) {
        sums.answers += answers.length
        if (pairs.length === 0) sums.pairless++
        sums.undecided += counted(answers, ({ score }) => score === null && judge !== 'hand')
        sums.unusable += counted(answers, ({ usable }) => !usable)
        sums.cut += counted(answers, ({ ended }) => !ended)
        made += pairs.length
      }
    },
    pairs: () => made,
    counts: (ends: Pick<SamplingCounts, 'noRoom' | 'pairs' | 'duplicates'>): SamplingCounts => ({
      ...{ prompts, ...sums, ...ends },
    }),
  }
}

function newPairs(
  { answers, pairs }: AnsweredPrompt,
  { prompt, expected }: AskedPrompt,
  found: FoundPolicy,
  asked: Judged,
) {
  const side = (place: number) => ({ text: answers[place]!.text, origin: originOf(answers[place]!, found, asked) })
  // A reward model may give what is no number of a pair; how it was sampled says so all the same.
  const score = (place: number) => numberIn(answers[place]!.score) ?? null
  const given = asked.judge !== 'hand'
  const extra: NewPair['extra'] = expected === null ? {} : { expected }
  return pairs.map(([a, b]): NewPair => {
    const numbers = { margin: null, scoreChosen: score(a), scoreRejected: score(b) }
    return { ...{ prompt, a: side(a), b: side(b), given, extra }, ...(given && { numbers }) }
  })
}

/** Who gave an answer, how it was sampled, and what was said of it. */
function originOf(answer: JudgedAnswer, { label, model, tuned }: FoundPolicy, asked: Judged): Origin {
  const { temperature, topP, tokens, seed } = asked.sampling
  const { judgedBy } = asked
  const checker = checkerIn(asked)
  const parameters = Object.keys(checker?.parameters ?? {}).length > 0 && JSON.stringify(checker?.parameters)
  return {
    kind: 'model',
    writer: label,
    sampling: {
      ...{ model: model.name, model_hash: model.modelHash },
      ...(tuned && { run: tuned.run.name, run_id: tuned.run.id, step: tuned.step }),
      ...{ temperature, top_p: topP, longest: tokens, seed },
      ...(!answer.ended && { cut: 'yes' }),
      ...(checker && { checker: checker.name }),
      ...(parameters && { parameters }),
      ...(judgedBy && { reward_model: judgedBy.name, reward_model_hash: judgedBy.modelHash }),
      ...(answer.score !== null && { score: answer.score }),
    },
  }
}

const checkerIn = ({ judge }: Asked) => (judge !== 'hand' && 'checker' in judge ? judge.checker : null)

/** The reward model that judges, if one does. @throws ProblemError when it cannot read the answers */
function judgeModel({ store }: AppContext, { judge }: Asked, { model }: FoundPolicy): Model | null {
  if (judge === 'hand' || !('rewardModel' in judge)) return null
  return judgeNamed(store, judge.rewardModel, [model], 'reward model')
}

function noPair(counts: SamplingCounts, asked: Asked): ProblemError {
  return new ProblemError({
    code: 'refused',
    message: `No pair came of it: ${samplingSentence(counts, asked)}`,
    where: `set ${asked.into}`,
    advice: adviceOf(counts, asked),
  })
}

function adviceOf({ prompts, answers, noRoom, undecided, cut }: SamplingCounts, { sampling }: Asked): string {
  if (noRoom === prompts) return `Ask for answers shorter than ${sampling.tokens} tokens, or for shorter prompts`
  if (undecided === answers)
    return 'Take prompts that come with an expected answer, another checker, or judge them by hand'
  if (cut === answers) return `Ask for answers longer than ${sampling.tokens} tokens`
  return 'Sample more answers to a prompt, at a higher temperature, or judge by another rule'
}
