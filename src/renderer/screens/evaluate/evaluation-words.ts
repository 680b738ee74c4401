// An evaluation's state and options in words.
import { judgeOf, type Evaluation, type EvaluationStatus } from '#contract'
import { counted } from '../../quantities.ts'

export const statusWords: Record<EvaluationStatus, string> = {
  running: 'Running',
  finished: 'Finished',
  cancelled: 'Cancelled',
  failed: 'Failed',
}

export const statusLights: Record<EvaluationStatus, 'busy' | 'steady' | 'waiting' | 'alarm'> = {
  running: 'busy',
  finished: 'steady',
  cancelled: 'waiting',
  failed: 'alarm',
}

/** '100 pairs of sample, held out of First; arithmetic-answer, greedy, at most 128 tokens'. */
export function optionsText({ set, options }: Evaluation, heldOutOf: string | null): string {
  const { answers, temperature, maxTokens } = options
  const judge = judgeOf(options)
  const pairs = `${counted(set.pairs, set.alone ? 'answer' : 'pair')} of ${set.name}${heldOutOf ? `, held out of ${heldOutOf}` : ''}`
  if (judge === null) return pairs
  const asked = temperature === 0 ? 'greedy' : `${counted(answers, 'answer')} at temperature ${temperature}`
  return `${pairs}; ${judge}, ${asked}, at most ${counted(maxTokens, 'token')}`
}

/** What did not fit, or null. */
export function leftOutText({ leftOut: { pairs, prompts }, label }: Evaluation): string | null {
  const parts = [
    ...(pairs > 0 ? [`${counted(pairs, 'pair')} ${pairs === 1 ? 'does' : 'do'} not fit the model`] : []),
    ...(prompts > 0
      ? [`${counted(prompts, 'prompt')} ${prompts === 1 ? 'leaves' : 'leave'} no room for an answer`]
      : []),
  ]
  return parts.length === 0 ? null : `${label}: ${parts.join('; ')}.`
}

/** Finished evaluations that are likely to be of the same items: same frozen pairs, as many of them. The app has the last word. */
export function comparableWith(one: Evaluation, all: readonly Evaluation[]): Evaluation[] {
  const alike = ({ set, options, status, id }: Evaluation) =>
    id !== one.id &&
    status === 'finished' &&
    set.versionHash === one.set.versionHash &&
    set.pairs === one.set.pairs &&
    JSON.stringify(without(options)) === JSON.stringify(without(one.options))
  return all.filter(alike)
}

/** An option that came later is not there in what was kept before: then it is that of before. */
const without = ({ heldOutOf: _run, limit: _limit, rewardModel = null, ...options }: Evaluation['options']) => ({
  ...options,
  rewardModel,
})
