// The door of the store: everything that outlives the process, as plain functions. No SQL leaves this room.
import { alertTopic } from './alerts.ts'
import { checkpointTopic } from './checkpoints.ts'
import { openDatabase } from './database.ts'
import { evaluationTopic } from './evaluations.ts'
import { importTopic } from './imports.ts'
import { labelTopic } from './labels.ts'
import { measureTopic } from './measures.ts'
import { migrate } from './migrate.ts'
import { migrations } from './migrations/index.ts'
import { modelTopic } from './models.ts'
import { pairOrder } from './pair-order.ts'
import { readPairs } from './pairs.ts'
import { preferenceTopic } from './preferences.ts'
import { probeTopic } from './probes.ts'
import { readPrompts } from './prompts.ts'
import { readingTopic } from './readings.ts'
import { referenceTopic } from './references.ts'
import { runTopic } from './runs.ts'
import { sampleTopic } from './samples.ts'
import { setTopic } from './sets.ts'
import { studyTopic } from './studies.ts'

export type { StoredAlert } from './alerts.ts'
export type { Checkpoint } from './checkpoints.ts'
export type { EvaluationOutcome, NewEvaluation } from './evaluations.ts'
export type { FrozenLabels, FrozenPair, FrozenSet } from './frozen.ts'
export type { Import } from './imports.ts'
export type { NewPair } from './new-pair.ts'
export type { NewLabel } from './labels.ts'
export { answerAsPair, type NewAnswer, type SetKind } from './answers-alone.ts'
export type { NewMeasures, PairTexts } from './measures.ts'
export type { NewModel } from './models.ts'
export type { PairPage } from './pairs.ts'
export type { SetPrompt } from './prompts.ts'
export type { ReadingQuery } from './readings.ts'
export type { ReferenceEntry, ReferenceKey } from './references.ts'
export type { NewRun, RunChange } from './runs.ts'

/** Why what was going on has ended. */
const died = 'Attune was closed or died while it ran.'

export type StoreOptions = {
  /** Called after each committed change, with the time as ISO 8601. */
  onSaved?: (at: string) => void
  now?: () => Date
}

export type Store = ReturnType<typeof openStore>

/**
 * Opens the store in `file` (':memory:' for one that is forgotten), brings it up to date, and calls the runs that were
 * going on when it was last closed interrupted.
 * @throws ProblemError: no permission, in use by another Attune, written by a newer one, not a store of ours, disk full
 */
export function openStore(file: string, { onSaved, now = () => new Date() }: StoreOptions = {}) {
  const time = () => now().toISOString()
  let isOpen = false
  const db = openDatabase(file, () => isOpen && onSaved?.(time()))
  try {
    migrate(db, migrations)
    const order = pairOrder(db)
    const imports = importTopic(db, time, () => order.forget('pairs'))
    const runs = runTopic(db, time)
    const store = {
      preferences: preferenceTopic(db),
      sets: setTopic(db, time, () => order.forget('pairs')),
      pairs: { ...readPairs(db, order), prompts: readPrompts(db), import: imports.begin },
      labels: labelTopic(db, time, () => order.forget('labels')),
      models: modelTopic(db, time),
      references: referenceTopic(db),
      measures: measureTopic(db, () => order.forget('measures')),
      runs,
      readings: readingTopic(db),
      probes: probeTopic(db),
      samples: sampleTopic(db),
      checkpoints: checkpointTopic(db, time),
      alerts: alertTopic(db, time),
      evaluations: evaluationTopic(db, time),
      studies: studyTopic(db, time),
      /** Changes of several topics at once, all or nothing. */
      transaction: <T>(work: () => T): T => db.transaction(work),
      sqliteVersion: db.column<string>('SELECT sqlite_version()').one() ?? '',
      close: () => db.close(),
    }
    imports.sweepStaged()
    runs.interruptAll(died)
    store.evaluations.failAll(died)
    store.studies.interruptAll(died)
    isOpen = true
    return store
  } catch (thrown) {
    db.close()
    throw thrown
  }
}
