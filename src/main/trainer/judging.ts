// Who scores the answers of a run: a checker that knows the right one, or a reward model.
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
import type { Policy, Precision, TrainPair } from './protocol.ts'
import { pairOf } from './run-frozen.ts'

/** A judge, and how to free what it holds. */
export type OpenedJudge = { judge: Judge; dispose(): void }

/** Scores answers by a checker, against the chosen response of their pair. */
export function checkerJudge(
  check: AnswerCheck,
  pairs: ReadonlyMap<number, TrainPair>,
  tokenizer: Tokenizer,
): OpenedJudge {
  const scoreOf = ({ pair, response }: Answered) => {
    const { prompt, chosen } = pairOf(pair, pairs)
    return check(prompt, tokenizer.decode(response, { skipSpecial: true }), chosen).score
  }
  return { judge: { decides: true, scores: async (answers) => answers.map(scoreOf) }, dispose: () => {} }
}

/**
 * Opens a reward model in an executor of its own. Its tokenizer is that of the policy: it reads the very tokens.
 * @returns null when it was stopped on the way
 * @throws ProblemError when it changed since it was added, or its context is shorter than the longest answer needs
 */
export async function rewardJudge(
  place: Pick<Policy, 'model' | 'expected'>,
  units: readonly PairUnit[],
  responseTokens: number,
  { context, precision }: { context: JobContext; precision: Precision },
): Promise<OpenedJudge | null> {
  const loaded = await loadPolicy({ ...place, tuned: null }, context, precision, 'the reward model')
  if (!loaded) return null
  const { executor, model } = loaded
  const { config } = model.checkpoint
  const prompts = new Map(units.map(({ id, prompt }) => [id, prompt]))
  const longest = responseTokens + units.reduce((most, { prompt }) => Math.max(most, prompt.length), 0)
  if (longest > config.context) {
    executor.dispose()
    throw new ProblemError({
      code: 'refused',
      message: `Answers of this run may be ${longest} tokens long with their prompts, and the reward model reads ${config.context}`,
      where: place.model,
      advice: 'Lower response_tokens, or leave out the longest prompts',
    })
  }
  const program = scoreRewards(config, null)
  const unitOf = ({ pair, response }: Answered) => oneSidedUnit(prompts.get(pair)!, response)
  return {
    judge: { decides: false, scores: (answers) => rewardsInOrder(executor, program, answers.map(unitOf)) },
    dispose: () => executor.dispose(),
  }
}
