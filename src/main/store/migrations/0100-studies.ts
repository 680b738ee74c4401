// Studies: what was asked, the steps that it takes, and what came of each.
import type { Migration } from '../migrate.ts'

export const studies: Migration = {
  number: 100,
  changesData: false,
  up: (db) =>
    db.script(`
-- A study outlives its sets, runs and model: it keeps their names and numbers as bare values.
-- Numbers are never used again: sets and runs of a study that was removed keep its number in their names.
CREATE TABLE studies (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  -- JSON, as are the steps and their outcomes.
  request TEXT NOT NULL,
  model TEXT NOT NULL,
  seeds INTEGER NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('running', 'stopped', 'interrupted', 'failed', 'finished')),
  reason TEXT,
  created_at TEXT NOT NULL,
  ended_at TEXT
) STRICT;

-- NULL outcome: not done.
CREATE TABLE study_steps (
  study INTEGER NOT NULL REFERENCES studies (id) ON DELETE CASCADE,
  position INTEGER NOT NULL,
  title TEXT NOT NULL,
  step TEXT NOT NULL,
  outcome TEXT,
  seconds REAL,
  PRIMARY KEY (study, position)
) STRICT, WITHOUT ROWID;
`),
}
