// Evaluations: what a policy made of the items of a frozen set.
import type { Migration } from '../migrate.ts'

export const evaluations: Migration = {
  number: 30,
  changesData: false,
  up: (db) =>
    db.script(`
-- An evaluation outlives its model, its run and its set: it keeps their names and numbers as bare values, and its frozen pairs.
CREATE TABLE evaluations (
  id INTEGER PRIMARY KEY,
  status TEXT NOT NULL CHECK (status IN ('running', 'finished', 'cancelled', 'failed')),
  reason TEXT,
  label TEXT NOT NULL,
  -- JSON objects, as are options, machine, figures and left_out.
  policy TEXT NOT NULL,
  set_name TEXT NOT NULL,
  set_version INTEGER NOT NULL REFERENCES set_versions (id),
  pairs INTEGER NOT NULL,
  options TEXT NOT NULL,
  created_at TEXT NOT NULL,
  ended_at TEXT,
  machine TEXT,
  figures TEXT,
  left_out TEXT NOT NULL
) STRICT;
CREATE INDEX evaluations_by_set_version ON evaluations (set_version);

-- Position in the set version. NULL log-probabilities: not scored.
CREATE TABLE evaluation_items (
  evaluation INTEGER NOT NULL REFERENCES evaluations (id) ON DELETE CASCADE,
  position INTEGER NOT NULL,
  chosen_logp REAL,
  chosen_tokens INTEGER,
  chosen_reference REAL,
  rejected_logp REAL,
  rejected_tokens INTEGER,
  rejected_reference REAL,
  preferred REAL,
  answered REAL,
  PRIMARY KEY (evaluation, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE evaluation_answers (
  evaluation INTEGER NOT NULL REFERENCES evaluations (id) ON DELETE CASCADE,
  position INTEGER NOT NULL,
  place INTEGER NOT NULL,
  text INTEGER NOT NULL REFERENCES texts (id),
  tokens INTEGER NOT NULL,
  ended INTEGER NOT NULL CHECK (ended IN (0, 1)),
  verdict TEXT NOT NULL CHECK (verdict IN ('pass', 'fail', 'undecided')),
  score REAL NOT NULL,
  why TEXT NOT NULL,
  PRIMARY KEY (evaluation, position, place)
) STRICT, WITHOUT ROWID;
`),
}
