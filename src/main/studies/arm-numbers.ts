// The numbers of an arm, over its seeds, as cells of a table and lines of a figure.
import { cellText, type Mean, type Share, type StudyCell, type StudyFigure } from '#contract'
import { compareKey, examKey, seedsFor, trainKey } from './arms.ts'
import { atEnd } from './interpolation.ts'
import { acrossSeeds, overSeeds, seedsOf } from './seeds.ts'
import type { Arm, Facts } from './study.ts'
import type { Measure, Point } from './trajectory.ts'

export const nats = (mean: Mean): StudyCell => ({ ...mean, as: 'nats' })
export const percent = (mean: Mean): StudyCell => ({ ...mean, as: 'percent' })
export const points = (mean: Mean): StudyCell => ({ ...mean, as: 'points' })
export const plain = (mean: Mean): StudyCell => ({ ...mean, as: 'plain' })

/** A number of each run of an arm, over its seeds. */
export function overRuns(
  facts: Facts,
  { name }: Arm,
  of: (points: readonly Point[], seed: number) => number | null | undefined,
): Mean {
  return overSeeds(seedsOf(facts.planning).map((seed) => of(facts.points(trainKey(name, seed)), seed)))
}

/** Whether a run of an arm is done: an arm without numbers may not have been run yet, or may not have come where they are read. */
export const wasRun = ({ planning, points }: Facts, { name }: Arm): boolean =>
  seedsOf(planning).some((seed) => points(trainKey(name, seed)).length > 0)

export const endOf = (facts: Facts, arm: Arm, measure: Measure): Mean =>
  overRuns(facts, arm, (points) => atEnd(points, measure))

export const shareMean = (share: Share | undefined): Mean | undefined =>
  share && { mean: share.rate, low: share.low, high: share.high, of: share.of }

/** The share of exam questions that an arm answers right; with one seed the interval is over questions. */
export function passRate(facts: Facts, arm: string, exam = 'exam'): Mean {
  return acrossSeeds(answersOf(facts, arm, exam).map((answers) => shareMean(answers?.passRate)))
}

/** What is known of each seed's answers. */
const answersOf = (facts: Facts, arm: string, exam: string) =>
  seedsFor(facts, arm).map((seed) => facts.figures(examKey(arm, seed, exam))?.answers)

/** Tokens of an answer to an exam question; with one seed the interval is over questions. */
export function answerLength(facts: Facts, arm: string, exam = 'exam'): Mean {
  return acrossSeeds(answersOf(facts, arm, exam).map((answers) => answers?.length))
}

/** The share of exam answers that did not end by themselves. */
export function unended(facts: Facts, arm: string, exam = 'exam'): Mean {
  return overSeeds(answersOf(facts, arm, exam).map((answers) => answers?.unended))
}

/** Share of right answers less that of the model as it was; with one seed the interval is over questions, paired. */
export function gain(facts: Facts, arm: string, exam = 'exam'): Mean {
  const each = seedsFor(facts, arm).map((seed) => facts.comparison(compareKey(arm, seed, exam))?.answers?.difference)
  return acrossSeeds(each)
}

/** What the arms gained at the exam as a sentence, the most first; null while nothing of it is known. */
export function gainsText(facts: Facts): string | null {
  const ranked = facts.planning.form.arms
    .map(({ name }) => ({ name, gain: gain(facts, name) }))
    .filter(({ gain: { mean } }) => mean !== null)
    .toSorted((a, b) => b.gain.mean! - a.gain.mean!)
  if (ranked.length === 0) return null
  const told = ranked.map(({ name, gain }) => `${name} ${cellText(percent(gain))}`)
  return `At the exam, points against the model before: ${told.join(', ')}.`
}

/** A measure along the steps, mean over the seeds whose probes are there. */
export function lineOf(facts: Facts, arm: Arm, x: Measure | 'step', y: Measure): StudyFigure['lines'][number] {
  const runs = seedsOf(facts.planning)
    .map((seed) => facts.points(trainKey(arm.name, seed)))
    .filter(({ length }) => length > 0)
  const longest = Math.max(0, ...runs.map(({ length }) => length))
  const at = (i: number, of: Measure | 'step') => overSeeds(runs.map((points) => points[i]?.[of])).mean
  const line = Array.from({ length: longest }, (_, i): [number | null, number | null] => [at(i, x), at(i, y)])
  return {
    name: arm.name,
    points: line.filter((point): point is [number, number] => point.every((one) => one !== null)),
  }
}

/** On which side of 0 the interval lies; unclear where it holds 0, or there is none. */
export function sign({ mean, low, high }: Mean): 'up' | 'down' | 'unclear' {
  if (mean === null || low === null || high === null) return 'unclear'
  return low > 0 ? 'up' : high < 0 ? 'down' : 'unclear'
}
