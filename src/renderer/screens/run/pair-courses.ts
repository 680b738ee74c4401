// Each probe pair through time: how far its two answers have moved from the reference, per token.
import type { Probe, ProbeScore } from '#contract'
import { changePerToken, type Scores } from '../../parts/charts/plane.ts'
import type { Series } from '../../parts/charts/series.ts'

export type PairCourse = {
  probe: Probe
  steps: number[]
  /** Nats per token against the reference at each of `steps`; null where it was no number. */
  chosen: (number | null)[]
  rejected: (number | null)[]
}

/** The training and held-out pairs that were scored, that whose chosen answer has fallen furthest first. */
export function pairCourses(probes: readonly Probe[], scores: Scores): PairCourse[] {
  const steps = [...scores.keys()].sort((a, b) => a - b)
  const courses = probes
    .filter(({ kind }) => kind === 'train' || kind === 'heldout')
    .map((probe): PairCourse => {
      const own = steps.flatMap((step) => scores.get(step)?.get(probe.index) ?? [])
      return {
        ...{ probe, steps: own.map(({ step }) => step) },
        chosen: own.map(({ chosen }) => change(chosen)),
        rejected: own.map(({ rejected }) => rejected && change(rejected)),
      }
    })
  return courses
    .filter((course) => course.steps.length > 0)
    .sort((a, b) => newest(a.chosen) - newest(b.chosen) || a.probe.index - b.probe.index)
}

/** Both lines, as a chart draws them. */
export function courseSeries({ steps, ...sides }: PairCourse): Series[] {
  return (['chosen', 'rejected'] as const).map((side) => ({
    ...{ key: side, label: side, colour: `var(--${side})` },
    ...{ steps, xs: steps, ys: sides[side] },
  }))
}

function change(side: ProbeScore['chosen']): number | null {
  return Number.isFinite(side.policy) ? changePerToken(side) : null
}

/** What is no number has fallen further than any number. */
function newest(changes: readonly (number | null)[]): number {
  return changes.at(-1) ?? -Number.MAX_VALUE
}
