// Runs the steps of a study in order, keeping what came of each before the next begins: whatever dies, nothing finished is lost.
import { ProblemError } from '#contract'
import { performed, type Bench } from './performing.ts'
import { standIns, withSets } from './set-names.ts'
import type { Outcome, Step } from './study.ts'

export type Keeping = {
  /** What came of each step so far, by its position; null where it is not done. */
  outcomes: () => readonly (Outcome | null)[]
  finish: (position: number, outcome: Outcome, seconds: number) => void
}

/**
 * Does what is not done. `tell` is called before each step.
 * @throws ProblemError of the step that could not be done, and `cancelled` when the signal fires
 */
export async function runStudy(
  steps: readonly Step[],
  keeping: Keeping,
  bench: Omit<Bench, 'outcome'>,
  tell: (step: Step, position: number) => void,
): Promise<void> {
  const outcome = (key: string) => {
    const found = keeping.outcomes()[steps.findIndex((step) => step.key === key)]
    if (found) return found
    throw new Error(`The step ${key} of a study is needed before it is done`)
  }
  for (const [position, step] of steps.entries()) {
    if (keeping.outcomes()[position]) continue
    if (bench.signal.aborted) throw new ProblemError({ code: 'cancelled', message: 'The study was stopped' })
    tell(step, position)
    const begun = performance.now()
    const whole = withSets(step, standIns(steps, keeping.outcomes()))
    keeping.finish(position, await performed(whole, { ...bench, outcome }), (performance.now() - begun) / 1000)
  }
}
