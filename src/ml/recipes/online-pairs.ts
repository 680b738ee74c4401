// One step of online preference optimisation: the policy answers, a judge scores, and the best and the worst answer to each prompt are a pair
// to learn from (Guo et al. 2024, arXiv 2402.04792).
import { tilesNeeded } from '../data/collate.ts'
import type { Executor } from '../program.ts'
import { randomStream } from '../random.ts'
import { penalisedScore } from '../sampling/advantages.ts'
import type { DpoRun } from './dpo-run.ts'
import { summedGradients } from './dpo-step.ts'
import type { Doing } from './events.ts'
import type { OnlinePairs } from './online-methods.ts'
import { inBatches, type PairUnit } from './plan.ts'
import { namedPair } from './probes.ts'
import type { UnitProgram } from './programs.ts'
import { referenceKey, type Reference } from './reference.ts'
import { answerReadings, type RolloutReadings } from './rollout-readings.ts'
import { answerTokens, scoredAnswers, type Answers } from './rollouts.ts'
import { scoredPairs } from './scoring.ts'
import type { Taught, Update } from './teacher.ts'

export type OnlinePairPrograms = { policy: UnitProgram; reference: UnitProgram; gradients: UnitProgram }

/**
 * Samples `groupSize` answers to the prompt of each of `pairs`, and makes one update of the pairs that they make. Prompts whose answers all
 * have one score make none; a step without any makes no update.
 */
export async function* onlinePairStep(
  run: DpoRun,
  method: OnlinePairs,
  programs: OnlinePairPrograms,
  pairs: readonly PairUnit[],
  { step, update }: { step: number; update: Update },
): AsyncGenerator<Doing, Taught<RolloutReadings>> {
  const { executor, config, settings, seed } = run
  const answers = yield* scoredAnswers(run, method, pairs, step)
  const ended = answers.given.map(({ response }) => config.eos.includes(response.at(-1)!))
  const judged = answers.scores.map((score, i) => ({
    ...{ score, ended: ended[i]!, tokens: answers.given[i]!.response.length },
    reward: penalisedScore(score, { ended: ended[i]!, missingEosPenalty: method.missingEosPenalty }),
  }))
  const made = bestAgainstWorst(answers, judged, method.groupSize, (group) =>
    randomStream(seed, 'online pairs', step).integer(group, 2 ** 24),
  )
  const reference = await referenceOf(executor, programs.reference, made)
  const longest = 2 * settings.batch_pairs * method.responseTokens
  const layout = { tiles: tilesNeeded(longest, programs.gradients.tile), groups: 1 }
  const parts = { ...programs, layout, moved: null }
  const learnt = made.length > 0 ? await summedGradients(run, method.pairs, parts, made, reference, step) : null
  const grad_norm = learnt ? await update.move() : 0
  return {
    tokens: answerTokens(answers.given),
    grad_norm,
    readings: (told) => ({
      ...told,
      ...learnt?.readings(told),
      ...answerReadings(inBatches(judged, method.groupSize)),
      pairs_made: made.length,
    }),
  }
}

/** The reference of new answers is known to nobody: it is made here, and not told. */
async function referenceOf(executor: Executor, program: UnitProgram, made: readonly PairUnit[]): Promise<Reference> {
  const logps = await scoredPairs(executor, program, made)
  const named = made.flatMap((pair, i) => {
    const { chosen, rejected } = namedPair(pair)
    return [[referenceKey(chosen), logps.chosen[i]!] as const, [referenceKey(rejected!), logps.rejected[i]!] as const]
  })
  const known = new Map(named)
  return (text) => known.get(referenceKey(text))!
}

type Judged = { reward: number }

/** A pair of each prompt whose answers differ in reward; `draw` chooses among equals. */
function bestAgainstWorst(
  { asked, given }: Answers,
  judged: readonly Judged[],
  groupSize: number,
  draw: (group: number) => number,
): PairUnit[] {
  const places = inBatches(
    asked.map((_, i) => i),
    groupSize,
  )
  return places.flatMap((own, group) => {
    const rewards = own.map((i) => judged[i]!.reward)
    const [best, worst] = [Math.max(...rewards), Math.min(...rewards)]
    if (best === worst) return []
    const among = (reward: number) => {
      const equal = own.filter((i) => judged[i]!.reward === reward)
      return given[equal[draw(group) % equal.length]!]!.response
    }
    const { prompt } = asked[own[0]!]!
    const unit = { shared: prompt, chosen: among(best), rejected: among(worst), chosenFrom: 0, rejectedFrom: 0 }
    return [{ id: group, unit, prompt }]
  })
}
