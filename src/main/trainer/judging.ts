// Who scores answers: a checker that knows the right one, or a reward model.
import { setImmediate as nextTurn } from 'node:timers/promises'
import {
  oneSidedUnit,
  rewardsInOrder,
  scoreRewards,
  type Answered,
  type Judge,
  type PairUnit,
  type Tokenizer,
} from '#ml'
import { ProblemError } from '#contract'
import type { AnswerCheck } from './checking.ts'
import type { JobContext } from './loop.ts'
import { loadPolicy } from './policy.ts'
import type { Precision, ModelPlace, TrainPair } from './protocol.ts'
import { pairOf } from './run-frozen.ts'

/** A judge, and how to free what it holds. */
export type OpenedJudge = { judge: Judge; dispose(): void }

/** Scores answers by a checker, against what their pair expects. */
export function checkerJudge(
  check: AnswerCheck,
  pairs: ReadonlyMap<number, TrainPair>,
  tokenizer: Tokenizer,
): OpenedJudge {
  const scoreOf = ({ pair, response }: Answered) => {
    const { prompt, chosen, expected = chosen } = pairOf(pair, pairs)
    return check(prompt, tokenizer.decode(response, { skipSpecial: true }), expected).score
  }
  return { judge: { decides: true, scores: async (answers) => answers.map(scoreOf) }, dispose: () => {} }
}

/** Scores answers by a reward model, in order, each after its prompt. */
export type RewardScorer = { scores(answers: readonly AnswerTokens[]): Promise<number[]>; dispose(): void }
export type AnswerTokens = { prompt: readonly number[]; response: readonly number[] }

/**
 * Opens a reward model in an executor of its own. Its tokenizer is that of whoever answers: it reads the very tokens.
 * @param longest tokens of a prompt with its longest answer
 * @returns null when it was stopped on the way
 * @throws ProblemError when it changed since it was added, or its context is shorter than the longest answer needs
 */
export async function openRewardModel(
  place: ModelPlace,
  longest: number,
  { context, precision }: { context: JobContext; precision: Precision },
): Promise<RewardScorer | null> {
  const loaded = await loadPolicy({ ...place, tuned: null }, context, precision, 'the reward model')
  if (!loaded) return null
  const { executor, model } = loaded
  const { config } = model.checkpoint
  if (longest > config.context) {
    executor.dispose()
    throw new ProblemError({
      code: 'refused',
      message: `Answers may be ${longest} tokens long with their prompts, and the reward model reads ${config.context}`,
      where: place.model,
      advice: 'Ask for shorter answers, or leave out the longest prompts',
    })
  }
  const program = scoreRewards(config, null)
  const unitOf = ({ prompt, response }: AnswerTokens) => oneSidedUnit(prompt, response)
  return {
    scores: (answers) => rewardsInOrder(executor, program, answers.map(unitOf)),
    dispose: () => executor.dispose(),
  }
}

/** Answers that are scored between two looks at whether to stop. */
const SCORED = 64

/** The scores of many answers, in order. Stopped early it returns what it has. */
export async function scoresOf(
  scorer: RewardScorer,
  answers: readonly AnswerTokens[],
  { tell, stop }: JobContext,
): Promise<number[]> {
  const found: number[] = []
  for (let first = 0; first < answers.length; first += SCORED) {
    tell('doing', { text: `scoring answers, ${first} of ${answers.length}`, progress: first / answers.length })
    await nextTurn()
    if (stop.aborted) break
    found.push(...(await scorer.scores(answers.slice(first, first + SCORED))))
  }
  return found
}

/** The most tokens that an answer of so many has with its prompt. */
export function longestWith(prompts: Iterable<readonly number[]>, responseTokens: number): number {
  return responseTokens + [...prompts].reduce((most, { length }) => Math.max(most, length), 0)
}

/** The judge of a run: a reward model over answers to the prompts of its pairs. As `openRewardModel`. */
export async function rewardJudge(
  place: ModelPlace,
  units: readonly PairUnit[],
  responseTokens: number,
  opening: { context: JobContext; precision: Precision },
): Promise<OpenedJudge | null> {
  const prompts = new Map(units.map(({ id, prompt }) => [id, prompt]))
  const opened = await openRewardModel(place, longestWith(prompts.values(), responseTokens), opening)
  if (!opened) return null
  const tokensOf = ({ pair, response }: Answered) => ({ prompt: prompts.get(pair)!, response })
  return {
    judge: { decides: false, scores: (answers) => opened.scores(answers.map(tokensOf)) },
    dispose: opened.dispose,
  }
}
