// Everything that is done of a study, fetched once, so that a report is a pure function of it.
import type { EvaluationComparison, EvaluationFigures, RewardExam } from '#contract'
import type { Desk } from './desk.ts'
import type { Facts, Outcome, Step } from './study.ts'
import { trajectory, type Point } from './trajectory.ts'

/** What was removed since counts as not done. */
export async function gatheredFacts(
  desk: Pick<Desk, 'ask'>,
  planning: Facts['planning'],
  steps: readonly Step[],
  outcomes: readonly (Outcome | null)[],
): Promise<Facts> {
  const figures = new Map<string, EvaluationFigures>()
  const comparisons = new Map<string, EvaluationComparison>()
  const exams = new Map<string, RewardExam>()
  const paths = new Map<string, Point[]>()
  for (const [position, { key }] of steps.entries()) {
    const outcome = outcomes[position]
    if (!outcome) continue
    if ('comparison' in outcome) comparisons.set(key, outcome.comparison)
    if ('exam' in outcome) exams.set(key, outcome.exam)
    if ('evaluation' in outcome) {
      const found = await desk.ask('evaluations.show', outcome).catch(() => null)
      if (found?.figures) figures.set(key, found.figures)
    }
    if ('run' in outcome) {
      const shown = await desk.ask('runs.show', outcome).catch(() => null)
      if (shown) paths.set(key, trajectory(shown.probes, await desk.ask('runs.scores', outcome)))
    }
  }
  return {
    planning,
    figures: (key) => figures.get(key),
    comparison: (key) => comparisons.get(key),
    exam: (key) => exams.get(key),
    points: (key) => paths.get(key) ?? [],
  }
}
