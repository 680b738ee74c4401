// What the rules of today say of a run that was trained, whenever that was: its readings and samples, played again.
import type { AlertLevel, AlertRule, Share } from '#contract'
import { openCourse } from '../../src/main/app/alerts/course.ts'
import { episodes } from '../../src/main/app/alerts/hysteresis.ts'
import { limits } from '../../src/main/app/alerts/limits.ts'
import { rulesOf } from '../../src/main/app/alerts/rules.ts'
import type { App } from '../../src/main/app/index.ts'
import { ask } from '../bench-home.ts'
import type { GridRun } from './grid.ts'

/** Raised at that step of its run, at the highest level it had; null where it was not. */
export type Raised = { step: number; level: AlertLevel } | null

export type JudgedRun = GridRun & { share: Share; ill: boolean; raised: Partial<Record<AlertRule, Raised>> }

/**
 * A run is ill when the share of right answers lies below the 95 % interval of the model that it began from. No rule reads that.
 * @param start the share of that model
 */
export async function judged(
  app: App,
  run: GridRun,
  { id, share, start }: { id: number; share: Share; start: Share },
): Promise<JudgedRun> {
  const { run: stored, samples } = await ask(app, 'runs.show', { run: id })
  const course = openCourse(stored.steps)
  course.read(await ask(app, 'runs.readings', { run: id }))
  course.sampled(samples)
  const raised = rulesOf(run.method).map((rule): [AlertRule, Raised] => {
    const [first, ...more] = episodes(limits[rule], course, [])
    const level = [first, ...more].some((one) => one?.level === 'alarm') ? 'alarm' : 'watch'
    return [rule, first ? { step: first.raisedStep, level } : null]
  })
  return { ...run, share, ill: (share.rate ?? 0) < start.low, raised: Object.fromEntries(raised) }
}
