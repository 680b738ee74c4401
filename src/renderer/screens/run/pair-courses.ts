// Each probe pair through time: how far its two answers have moved from the reference, per token. Or its answer alone.
import type { Probe, ProbeScore } from '#contract'
import { changePerToken, type Scores } from '../../parts/charts/plane.ts'
import type { Series } from '../../parts/charts/series.ts'

export type PairCourse = {
  probe: Probe
  steps: number[]
  /** Nats per token against the reference at each of `steps`; null where it was no number, and on the side that an answer alone is not on. */
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
        ...sidesOf(probe, own),
      }
    })
  return courses
    .filter((course) => course.steps.length > 0)
    .sort((a, b) => newest(firstOf(a)) - newest(firstOf(b)) || a.probe.index - b.probe.index)
}

/** An answer alone is scored as chosen, whatever its mark; a good one is told as chosen, a bad one as rejected. */
function sidesOf({ chosen, rejected }: Probe, own: readonly ProbeScore[]): Pick<PairCourse, 'chosen' | 'rejected'> {
  const first = own.map((score) => change(score.chosen))
  const none = own.map(() => null)
  if (chosen === null) return { chosen: none, rejected: first }
  if (rejected === null) return { chosen: first, rejected: none }
  return { chosen: first, rejected: own.map((score) => score.rejected && change(score.rejected)) }
}

/** The sides that the pair, or the answer alone, has. */
export function courseSides({ probe }: PairCourse): ('chosen' | 'rejected')[] {
  return (['chosen', 'rejected'] as const).filter((side) => probe[side] !== null)
}

const firstOf = (course: PairCourse) => course[courseSides(course)[0] ?? 'chosen']

/** Its lines, as a chart draws them. */
export function courseSeries(course: PairCourse): Series[] {
  const sides = courseSides(course)
  const { steps } = course
  return sides.map((side) => ({
    ...{ key: side, label: sides.length === 2 ? side : side === 'chosen' ? 'good' : 'bad', colour: `var(--${side})` },
    ...{ steps, xs: steps, ys: course[side] },
  }))
}

function change(side: ProbeScore['chosen']): number | null {
  return Number.isFinite(side.policy) ? changePerToken(side) : null
}

/** What is no number has fallen further than any number. */
function newest(changes: readonly (number | null)[]): number {
  return changes.at(-1) ?? -Number.MAX_VALUE
}
