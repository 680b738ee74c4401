// When an alert begins and ends: raised after its rule held for some moments in a row, ended after as many within the lower limits.
import type { AlertEvidence, AlertLevel } from '#contract'
import type { Course, Series } from './course.ts'
import type { Condition, Limits } from './limits.ts'
import { signal, type SignalName } from './signals.ts'

/**
 * One time that a rule was raised, in steps. `since` is the first of the moments that raised it and `steadyStep` the last before them;
 * `level` is the highest it has had, and `evidence` what raised it to that.
 */
export type Episode = {
  steadyStep: number | null
  since: number
  raisedStep: number
  level: AlertLevel
  clearedStep: number | null
  evidence: AlertEvidence[]
}

/** What a rule sees at one step: the highest level that holds, and whether all is within the lower limits. */
export type Moment = { step: number; level: AlertLevel | null; clear: boolean; seen: AlertEvidence[] }

/** The moments of a rule after step `after`, in order. */
export function moments({ ways }: Limits, course: Course, after = -1): Moment[] {
  const values = new Map(ways.flat().map(({ signal: name }) => [name, byStep(signal(course, name))]))
  const leading = ways.flatMap(([first]) => (first ? [...(values.get(first.signal)?.keys() ?? [])] : []))
  const steps = [...new Set(leading)].filter((step) => step > after).sort((a, b) => a - b)
  return steps.map((step) => momentAt(ways, step, (name) => values.get(name)?.get(step) ?? null))
}

const byStep = (series: Series) => new Map(series.map(({ step, value }) => [step, value]))

function momentAt(ways: Limits['ways'], step: number, value: (name: SignalName) => number | null): Moment {
  const holding = (level: AlertLevel) =>
    ways.filter((way) => way.every((one) => holds(one, value(one.signal), one[level])))
  const [alarm, watch] = [holding('alarm'), holding('watch')]
  const seen = new Map<string, AlertEvidence>()
  for (const { signal: name } of watch.flat()) {
    const found = value(name)
    if (found !== null) seen.set(name, { signal: name, step, value: found })
  }
  return {
    step,
    level: alarm.length > 0 ? 'alarm' : watch.length > 0 ? 'watch' : null,
    clear: ways.every((way) => way.some((one) => !holds(one, value(one.signal), one.clear))),
    seen: [...seen.values()],
  }
}

/** Whether a value is beyond a limit of the condition, or on it. */
export function holds({ side, ifKnown }: Condition, value: number | null, limit: number | null): boolean {
  if (limit === null) return false
  if (value === null) return ifKnown === true
  return side === 'above' ? value >= limit : value <= limit
}

/**
 * All episodes of a rule: the `known` ones as they are, or with their end or a higher level, and the new ones. What lies before the
 * last event of the known ones is not judged again, so that a step that is told twice raises and ends nothing twice.
 */
export function episodes(limits: Limits, course: Course, known: readonly Episode[]): Episode[] {
  const all = [...known]
  const after = lastEvent(all)
  const before = after < 0 ? [] : [after]
  let held: Moment[] = []
  let clear = 0
  for (const moment of moments(limits, course, after)) {
    const newest = all.at(-1)
    const standing = newest !== undefined && newest.clearedStep === null
    clear = standing && moment.clear ? clear + 1 : 0
    const goesOn = moment.level !== null && !(standing && (newest.level === 'alarm' || moment.level === 'watch'))
    held = goesOn ? [...held, moment] : []
    if (held.length === 0) before.push(moment.step)
    if (standing && clear >= limits.release) {
      all[all.length - 1] = { ...newest, clearedStep: moment.step }
      ;[held, clear] = [[], 0]
    } else if (held.length >= limits.hold) {
      const raised = raisedBy(held, before.at(-1) ?? null)
      if (standing) all[all.length - 1] = { ...newest, level: 'alarm', evidence: raised.evidence }
      else all.push(raised)
      ;[held, clear] = [[], 0]
    }
  }
  return all
}

function raisedBy(held: readonly Moment[], steadyStep: number | null): Episode {
  return {
    steadyStep,
    since: held[0]!.step,
    raisedStep: held.at(-1)!.step,
    level: held.every(({ level }) => level === 'alarm') ? 'alarm' : 'watch',
    clearedStep: null,
    evidence: held.flatMap(({ seen }) => seen),
  }
}

/** The step of what was told last. */
function lastEvent(all: readonly Episode[]): number {
  const newest = all.at(-1)
  return newest ? (newest.clearedStep ?? newest.evidence.at(-1)?.step ?? newest.raisedStep) : -1
}
