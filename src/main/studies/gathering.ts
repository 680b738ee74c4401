// Everything that is done of a study, fetched once, so that a report is a pure function of it.
import type { EvaluationFigures } from '#contract'
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
  const paths = new Map<string, Point[]>()
  const kept = new Map<string, Outcome>()
  for (const [position, { key }] of steps.entries()) {
    const outcome = outcomes[position]
    if (!outcome) continue
    kept.set(key, outcome)
    if ('evaluation' in outcome) {
      const found = await desk.ask('evaluations.show', outcome).catch(() => null)
      if (found?.figures) figures.set(key, found.figures)
    }
    if ('run' in outcome) {
      const shown = await desk.ask('runs.show', outcome).catch(() => null)
      if (shown) paths.set(key, trajectory(shown.probes, await desk.ask('runs.scores', outcome)))
    }
  }
  const found = (key: string) => kept.get(key)
  return {
    planning,
    figures: (key) => figures.get(key),
    comparison: (key) => pick(found(key), 'comparison'),
    exam: (key) => pick(found(key), 'exam'),
    pairs: (key) => pick(found(key), 'pairs'),
    points: (key) => paths.get(key) ?? [],
  }
}

type Field<K extends string> = Extract<Outcome, Record<K, unknown>>[K & keyof Extract<Outcome, Record<K, unknown>>]

function pick<K extends 'comparison' | 'exam' | 'pairs'>(outcome: Outcome | undefined, key: K): Field<K> | undefined {
  return outcome && key in outcome ? (outcome as never)[key] : undefined
}
