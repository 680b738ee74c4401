// Which sampled answers one study may take from another: those of the same model, asked the same questions in the same way.
import type { CommandInput } from '#contract'
import type { Outcome, Step, Work } from './study.ts'

type Asks = CommandInput<'pairs.sample'>

/** Answers that were sampled: what was asked for, how its questions were put together, the set they are in and how many pairs it had. */
export type Sampled = { asks: Asks; questions: string | null; set: string; pairs: number }

/** All that decides what is sampled of given questions, as one text. */
export const howAsked = ({ policy, judge, rule, sampling }: Asks) => JSON.stringify([policy, judge, rule, sampling])

/** What was sampled in these steps. */
export function sampledIn(steps: readonly Step[], outcomes: readonly (Outcome | null)[]): Sampled[] {
  return steps.flatMap((step, position) => {
    const outcome = outcomes[position]
    if (step.does !== 'sample' || !outcome || !('set' in outcome)) return []
    return [{ asks: step.asks, questions: questionsOf(step.asks, steps), ...outcome }]
  })
}

/**
 * The work that is not done. Answers that another study seems to have count as none: whether its questions are still the same is looked
 * up when they are wanted.
 */
export function workLeft(
  steps: readonly Step[],
  outcomes: readonly (Outcome | null)[],
  sampled: readonly Sampled[],
): Work[] {
  const isThere = (step: Step) => {
    if (step.does !== 'sample') return false
    const questions = questionsOf(step.asks, steps)
    const alike = (former: Sampled) => former.questions === questions && howAsked(former.asks) === howAsked(step.asks)
    return questions !== null && sampled.some(alike)
  }
  return steps
    .filter((_, position) => !outcomes[position])
    .map((step) => (isThere(step) ? { kind: 'none', amount: 0 } : step.work))
}

/** How the set of questions was put together, as one text; null where it was not by one of these steps. */
function questionsOf({ prompts }: Asks, steps: readonly Step[]): string | null {
  const made = steps.find((step) => step.does === 'derive' && 'set' in prompts && step.into === prompts.set)
  if (made?.does !== 'derive') return null
  const { chosen, rejected, within, skip, take, turns } = made
  return JSON.stringify([chosen, rejected, within, skip, take, turns])
}
