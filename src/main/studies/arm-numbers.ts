// The numbers of an arm, over its seeds, as cells of a table and lines of a figure.
import type { Mean, StudyCell, StudyFigure } from '#contract'
import { before, compareKey, examKey, trainKey } from './arms.ts'
import { atEnd } from './interpolation.ts'
import { overSeeds } from './seeds.ts'
import type { Arm, Facts } from './study.ts'
import type { Measure, Point } from './trajectory.ts'

const seedsOf = ({ planning }: Facts) => Array.from({ length: planning.seeds }, (_, seed) => seed)

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
  return overSeeds(seedsOf(facts).map((seed) => of(facts.points(trainKey(name, seed)), seed)))
}

export const endOf = (facts: Facts, arm: Arm, measure: Measure): Mean =>
  overRuns(facts, arm, (points) => atEnd(points, measure))

/** The share of exam questions that an arm answers right; with one seed the interval is over questions. */
export function passRate(facts: Facts, arm: string, exam = 'exam'): Mean {
  const shares = seedsOf(facts).map(
    (seed) => facts.figures(examKey(arm, arm === before ? 0 : seed, exam))?.answers?.passRate,
  )
  const [first] = shares
  if (arm === before || shares.filter(Boolean).length < 2) {
    const known = first ?? shares.find(Boolean)
    return known ? { mean: known.rate, low: known.low, high: known.high, of: known.of } : overSeeds([])
  }
  return overSeeds(shares.map((share) => share?.rate))
}

/** Share of right answers less that of the model as it was; with one seed the interval is over questions, paired. */
export function gain(facts: Facts, arm: string, exam = 'exam'): Mean {
  const found = seedsOf(facts).map((seed) => facts.comparison(compareKey(arm, seed, exam))?.answers?.difference)
  const known = found.filter((one) => one !== undefined)
  return known.length === 1 ? known[0]! : overSeeds(known.map(({ mean }) => mean))
}

/** A measure along the steps, mean over the seeds whose probes are there. */
export function lineOf(facts: Facts, arm: Arm, x: Measure | 'step', y: Measure): StudyFigure['lines'][number] {
  const runs = seedsOf(facts)
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

/** '3.2 [1.0, 5.4]', or '-' where there is nothing. */
export function words({ mean, low, high }: Mean, times = 1, digits = 2): string {
  if (mean === null) return '-'
  const text = (value: number) => (times * value).toFixed(digits)
  return low === null || high === null ? text(mean) : `${text(mean)} [${text(low)}, ${text(high)}]`
}

/** 'above 0', 'below 0' or 'not told from 0': what the interval says. */
export function sign({ mean, low, high }: Mean): 'up' | 'down' | 'unclear' {
  if (mean === null || low === null || high === null) return 'unclear'
  return low > 0 ? 'up' : high < 0 ? 'down' : 'unclear'
}
