// Sets by the names that steps know them by, and by those that they have: where another study had sampled the same already, its set stands in.
import type { Outcome, Step } from './study.ts'

/** Of the sets that another one stands in for, the name of that one. */
export function standIns(steps: readonly Step[], outcomes: readonly (Outcome | null)[]): ReadonlyMap<string, string> {
  return new Map(
    steps.flatMap((step, position): [string, string][] => {
      const outcome = outcomes[position]
      if (step.does !== 'sample' || !outcome || !('set' in outcome) || outcome.set === step.asks.into) return []
      return [[step.asks.into, outcome.set]]
    }),
  )
}

/** The step with the sets that it reads under the names that they have. */
export function withSets(step: Step, standIns: ReadonlyMap<string, string>): Step {
  const named = (set: string) => standIns.get(set) ?? set
  switch (step.does) {
    case 'derive': {
      const { chosen, rejected, within } = step
      return {
        ...step,
        chosen: { ...chosen, set: named(chosen.set) },
        rejected: { ...rejected, set: named(rejected.set) },
        within: within === null ? null : named(within),
      }
    }
    case 'train':
      return { ...step, asks: { ...step.asks, set: named(step.asks.set) } }
    case 'examine':
    case 'evaluate':
      return { ...step, set: named(step.set) }
    // No study samples answers to what it had sampled.
    case 'sample':
    case 'import':
    case 'keep':
    case 'compare':
      return step
  }
}
