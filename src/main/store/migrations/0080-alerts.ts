// Alerts of runs, and the checkpoint that a run began from.
import type { Migration } from '../migrate.ts'

export const alerts: Migration = {
  number: 80,
  changesData: false,
  up: (db) =>
    db.script(`
CREATE TABLE alerts (
  run INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
  rule TEXT NOT NULL,
  raised_step INTEGER NOT NULL,
  level TEXT NOT NULL CHECK (level IN ('watch', 'alarm')),
  -- The last step at which the rule did not hold, and the first at which it did.
  steady_step INTEGER,
  since INTEGER NOT NULL,
  raised_at TEXT NOT NULL,
  cleared_step INTEGER,
  cleared_at TEXT,
  -- JSON: [{signal, step, value}].
  evidence TEXT NOT NULL,
  PRIMARY KEY (run, rule, raised_step)
) STRICT, WITHOUT ROWID;

-- The step of the parent's checkpoint that a fork began from; NULL for a run that began from its model.
ALTER TABLE runs ADD COLUMN parent_step INTEGER;
`),
}
