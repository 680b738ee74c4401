// Watches a run under way: what it reads is judged by every rule, and what changed is stored in the same transaction.
import type { Alert, Reading, RunId, Sample } from '#contract'
import type { Store, StoredAlert } from '../../store/index.ts'
import { openCourse } from './course.ts'
import { episodes } from './hysteresis.ts'
import { limits } from './limits.ts'
import { rulesOf } from './rules.ts'
import { toldAlert } from './told.ts'

export interface AlertWatch {
  /** How many steps the run has. */
  planned(steps: number): void
  /** To be called within the transaction that stores these. Returns the alerts that were raised, rose or ended. */
  hear(news: { readings?: readonly Reading[]; samples?: readonly Sample[] }): Alert[]
}

/** Readings that come with a probe: then all is judged. */
const ofProbes = /^(drop|degradation|dispersion|probe)\//

/** Between probes all is judged again once the run is longer by so much: judging the whole course at every step would take ever longer. */
const GROWTH = 1.01

/** A run that goes on is judged from where its last alerts were told: what its trainer tells twice raises nothing twice. */
export function watchAlerts(store: Store, id: RunId): AlertWatch {
  const run = store.runs.show(id)
  const names = rulesOf(run.method)
  const course = openCourse(run.steps)
  course.read(store.readings.list({ run: id }))
  course.sampled(store.samples.list(id))
  const earlier = store.alerts.list(id)
  const known = new Map(names.map((name) => [name, earlier.filter(({ rule }) => rule === name)]))

  let judgedStep = 0
  return {
    planned: (steps) => course.planned(steps),
    hear({ readings = [], samples = [] }) {
      course.read(readings)
      course.sampled(samples)
      const newest = Math.max(judgedStep, ...readings.map(({ step }) => step))
      const measured = samples.length > 0 || readings.some(({ name }) => ofProbes.test(name))
      if (!measured && newest <= judgedStep * GROWTH) return []
      judgedStep = newest
      const changed: StoredAlert[] = []
      for (const name of names) {
        const before = known.get(name) ?? []
        const after = episodes(limits[name], course, before)
        const stored = after.map((episode, i) =>
          episode === before[i] ? before[i] : store.alerts.put(id, { rule: name, ...episode }),
        )
        changed.push(...stored.filter((one, i) => one !== before[i]))
        known.set(name, stored)
      }
      return changed.length > 0 ? toldAlerts(store, id, changed) : []
    },
  }
}

/** The alerts of a run in the order in which they were raised. */
export function alertsOf(store: Store, id: RunId): Alert[] {
  return toldAlerts(store, id, store.alerts.list(id))
}

function toldAlerts(store: Store, id: RunId, alerts: readonly StoredAlert[]): Alert[] {
  const run = store.runs.show(id)
  const kept = store.checkpoints.list(id)
  return alerts.flatMap((stored) => toldAlert(run, stored, kept) ?? [])
}
