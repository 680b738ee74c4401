// Every event once: what happened, as data. Events announce; they never steer.
import type { Alert } from './alerts.ts'
import type { Evaluation, EvaluationId } from './evaluations.ts'
import type { Job, JobId } from './jobs.ts'
import type { PairSet, SetId } from './pairs.ts'
import type { ToyKind, ToyStep } from './toy.ts'
import type { Judgement, Probe, ProbeScore, Reading, Run, RunId, Sample } from './runs.ts'
import type { Study, StudyId } from './studies.ts'

export type Events = {
  'jobs.changed': Job
  'sets.changed': PairSet
  'sets.removed': { set: SetId }
  'models.changed': Record<string, never>
  'runs.changed': Run
  'runs.removed': { run: RunId }
  'runs.read': { run: RunId; readings: Reading[] }
  'runs.probed': { run: RunId; probes: Probe[] }
  'runs.scored': { run: RunId; scores: ProbeScore[] }
  'runs.sampled': { run: RunId; samples: Sample[] }
  /** An alert was raised, rose or ended. */
  'runs.alerted': Alert
  'runs.judged': { run: RunId; judgements: Judgement[] }
  'evaluations.changed': Evaluation
  'evaluations.removed': { evaluation: EvaluationId }
  /** A run or grid of the toy was taken on as this job; it may wait for another one. */
  'toy.started': { watch: string; job: JobId }
  /** Steps of a run that were recorded since the last such event, and the newest table; the answer of the command has all tables. */
  'toy.recorded': { watch: string; kinds: ToyKind[]; steps: ToyStep[]; logProbs: number[] }
  'studies.changed': Study
  'studies.removed': { study: StudyId }
  'app.changed': { trainer: 'starting' | 'ready' | 'busy' | 'down'; device: string | null }
  /** Something was committed to the store; at most once a second. */
  'app.saved': { lastSaved: string }
}

export type EventName = keyof Events

/** An event as it travels: `seq` counts up by one, so that a listener who lost some can tell and ask again. */
export type Sequenced = { [N in EventName]: { seq: number; name: N; data: Events[N] } }[EventName]
