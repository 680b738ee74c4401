// The likelihood plane as numbers: how far each probe pair's rejected (x) and chosen (y) log-probability per token moved from the reference.
import type { PairId, Probe, ProbeScore } from '#contract'
import { contour, reach, type Ellipse, type Point } from './contour.ts'
import { quantile } from './quantiles.ts'
import { grownRadius } from './scale.ts'

/** Scores by step, then by probe. */
export type Scores = Map<number, Map<number, ProbeScore>>

export const noScores = (): Scores => new Map()

export type PlaneDot = { index: number; pair: PairId | null; x: number; y: number }
export type Plane = {
  step: number | null
  dots: PlaneDot[]
  /** The mean of the pairs at each probed step, in order. */
  trail: { step: number; x: number; y: number }[]
  /** Holds 80 % of the pairs at the newest step. */
  contour: Ellipse | null
}

/** Share of the pairs inside the contour. */
export const HELD = 0.8

/** The shortest half-axis, nats per token, so that the noise of a first step does not fill the plane. */
const LEAST = 0.05

export function recordScores(scores: Scores, more: readonly ProbeScore[]): void {
  for (const score of more) {
    const at = scores.get(score.step) ?? new Map<number, ProbeScore>()
    scores.set(score.step, at.set(score.index, score))
  }
}

/** The plane of the probes of one kind, up to and with `until`. */
export function likelihoodPlane(
  probes: readonly Probe[],
  scores: Scores,
  kind: 'train' | 'heldout',
  until = Infinity,
): Plane {
  const pairs = new Map(probes.filter((probe) => probe.kind === kind).map(({ index, pair }) => [index, pair]))
  const dotsAt = (step: number) =>
    [...(scores.get(step)?.values() ?? [])].flatMap(({ index, chosen, rejected }): PlaneDot[] =>
      pairs.has(index) && rejected
        ? [{ index, pair: pairs.get(index) ?? null, x: changePerToken(rejected), y: changePerToken(chosen) }]
        : [],
    )
  const trail: Plane['trail'] = []
  let dots: PlaneDot[] = []
  for (const step of [...scores.keys()].filter((step) => step <= until).sort((a, b) => a - b)) {
    const now = dotsAt(step)
    if (now.length === 0) continue
    dots = now
    trail.push({ step, x: meanOf(now, 'x'), y: meanOf(now, 'y') })
  }
  return {
    step: trail.at(-1)?.step ?? null,
    dots,
    trail,
    contour: contour(
      dots.map(({ x, y }): Point => [x, y]),
      HELD,
    ),
  }
}

/** The half-axis of the plane: holds the trail, the contour and nine in ten dots; it only grows. */
export function planeRadius({ dots, trail, contour }: Plane, before: number): number {
  const far = quantile(
    dots.map(({ x, y }) => Math.max(Math.abs(x), Math.abs(y))),
    0.9,
  )
  const held = contour ? reach(contour).flat() : []
  return grownRadius([...trail.flatMap(({ x, y }) => [x, y]), ...held, far ?? 0], before, LEAST)
}

export const quadrants = ['learning', 'suppression', 'imitation', 'inversion'] as const
export type Quadrant = (typeof quadrants)[number]

/** Nearer to the reference than this on both axes, nats per token, a change is in no quadrant. */
const UNMOVED = 0.005

/** The quadrant of a change; null at the reference. */
export function quadrantOf(rejected: number, chosen: number): Quadrant | null {
  if (Math.max(Math.abs(rejected), Math.abs(chosen)) < UNMOVED) return null
  if (chosen >= 0) return rejected <= 0 ? 'learning' : 'imitation'
  return rejected <= 0 ? 'suppression' : 'inversion'
}

/** Of a whole response against the reference, in nats per token. */
export function changePerToken({ policy, reference, tokens }: ProbeScore['chosen']): number {
  return (policy - reference) / Math.max(1, tokens)
}

function meanOf(dots: readonly PlaneDot[], side: 'x' | 'y'): number {
  return dots.reduce((sum, dot) => sum + dot[side], 0) / dots.length
}
