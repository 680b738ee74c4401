// What rules found in a run's readings: when each alert began and ended, and what it saw.
import type { AlertEvidence, AlertLevel, AlertRule, RunId } from '#contract'
import type { ReadableDatabase, WritableDatabase } from './database.ts'

/** `steadyStep` is the last step at which the rule was asked and did not hold, null where there was none. */
export type StoredAlert = {
  /** A name that the rules may no longer know. */
  rule: string
  level: AlertLevel
  steadyStep: number | null
  since: number
  raisedStep: number
  raisedAt: string
  clearedStep: number | null
  clearedAt: string | null
  evidence: AlertEvidence[]
}

type Row = {
  rule: string
  level: AlertLevel
  steady_step: number | null
  since: number
  raised_step: number
  raised_at: string
  cleared_step: number | null
  cleared_at: string | null
  evidence: string
}

const alertOf = (row: Row): StoredAlert => ({
  ...{ rule: row.rule, level: row.level, steadyStep: row.steady_step, since: row.since },
  ...{ raisedStep: row.raised_step, raisedAt: row.raised_at, clearedStep: row.cleared_step, clearedAt: row.cleared_at },
  evidence: JSON.parse(row.evidence) as AlertEvidence[],
})

function readAlerts(db: ReadableDatabase) {
  const list = db.query<Row>('SELECT * FROM alerts WHERE run = ? ORDER BY raised_step, rule')
  return {
    /** In the order in which they were raised. */
    list: (run: RunId): StoredAlert[] => list.all(run).map(alertOf),
  }
}

/** @param now the time as ISO 8601 */
export function alertTopic(db: WritableDatabase, now: () => string) {
  const one = db.query<Row>('SELECT * FROM alerts WHERE run = ? AND rule = ? AND raised_step = ?')
  const put = db.change(`
    INSERT INTO alerts (run, rule, raised_step, level, steady_step, since, raised_at, cleared_step, cleared_at, evidence)
    VALUES (:run, :rule, :raised_step, :level, :steady_step, :since, :at, :cleared_step, iif(:cleared_step IS NULL, NULL, :at), :evidence)
    ON CONFLICT DO UPDATE SET level = excluded.level, evidence = excluded.evidence, cleared_step = excluded.cleared_step,
      cleared_at = excluded.cleared_at`)
  return {
    ...readAlerts(db),
    /** Stores one that was raised, or what became of it: its rule and the step at which it was raised say which. */
    put(run: RunId, alert: Omit<StoredAlert, 'rule' | 'raisedAt' | 'clearedAt'> & { rule: AlertRule }): StoredAlert {
      return db.transaction(() => {
        put.run({
          run,
          rule: alert.rule,
          raised_step: alert.raisedStep,
          level: alert.level,
          steady_step: alert.steadyStep,
          since: alert.since,
          at: now(),
          cleared_step: alert.clearedStep,
          evidence: JSON.stringify(alert.evidence),
        })
        return alertOf(one.one(run, alert.rule, alert.raisedStep)!)
      })
    },
  }
}
