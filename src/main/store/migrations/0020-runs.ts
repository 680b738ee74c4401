// Models, runs and everything that a run measures and leaves behind.
import type { Migration } from '../migrate.ts'

export const runs: Migration = {
  number: 20,
  changesData: false,
  up: (db) =>
    db.script(`
CREATE TABLE models (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  added_at TEXT NOT NULL,
  -- The rest of the contract's Model, JSON.
  facts TEXT NOT NULL
) STRICT;

-- Sums over a response's tokens, nats, of a model that was not tuned.
CREATE TABLE reference_keys (
  id INTEGER PRIMARY KEY,
  model_hash TEXT NOT NULL,
  tokenizer_hash TEXT NOT NULL,
  template_hash TEXT NOT NULL,
  UNIQUE (model_hash, tokenizer_hash, template_hash)
) STRICT;
CREATE TABLE reference_log_probs (
  key INTEGER NOT NULL REFERENCES reference_keys (id) ON DELETE CASCADE,
  text_hash TEXT NOT NULL,
  logp REAL NOT NULL,
  tokens INTEGER NOT NULL,
  PRIMARY KEY (key, text_hash)
) STRICT, WITHOUT ROWID;

-- A run outlives its model and its set: it keeps their ids and names as bare values, and its own frozen pairs.
CREATE TABLE runs (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  method TEXT NOT NULL,
  status TEXT NOT NULL CHECK (status IN
    ('queued', 'preparing', 'running', 'stopping', 'stopped', 'finished', 'interrupted', 'failed')),
  reason TEXT,
  model_id INTEGER NOT NULL,
  model_name TEXT NOT NULL,
  set_id INTEGER NOT NULL,
  set_name TEXT NOT NULL,
  set_version INTEGER NOT NULL REFERENCES set_versions (id),
  pairs INTEGER NOT NULL,
  -- JSON objects, as are provenance and throughput.
  settings TEXT NOT NULL,
  seed INTEGER NOT NULL,
  step INTEGER NOT NULL,
  steps INTEGER NOT NULL,
  created_at TEXT NOT NULL,
  started_at TEXT,
  ended_at TEXT,
  notes TEXT NOT NULL,
  parent INTEGER REFERENCES runs (id) ON DELETE SET NULL,
  provenance TEXT,
  throughput TEXT
) STRICT;
CREATE INDEX runs_by_parent ON runs (parent) WHERE parent IS NOT NULL;
CREATE INDEX runs_by_set_version ON runs (set_version);

CREATE TABLE readings (
  run INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
  step INTEGER NOT NULL,
  name TEXT NOT NULL,
  -- NULL stands for not a number, which SQLite cannot hold.
  value REAL,
  PRIMARY KEY (run, step, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE probes (
  run INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
  position INTEGER NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('train', 'heldout', 'other', 'sampled')),
  pair INTEGER,
  prompt INTEGER NOT NULL REFERENCES texts (id),
  chosen INTEGER REFERENCES texts (id),
  rejected INTEGER REFERENCES texts (id),
  response INTEGER REFERENCES texts (id),
  PRIMARY KEY (run, position)
) STRICT, WITHOUT ROWID;

-- NULL log-probabilities stand for not a number; no rejected tokens, no rejected response.
CREATE TABLE probe_scores (
  run INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
  step INTEGER NOT NULL,
  position INTEGER NOT NULL,
  chosen_policy REAL,
  chosen_reference REAL,
  chosen_tokens INTEGER NOT NULL,
  rejected_policy REAL,
  rejected_reference REAL,
  rejected_tokens INTEGER,
  PRIMARY KEY (run, step, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE samples (
  run INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
  step INTEGER NOT NULL,
  position INTEGER NOT NULL,
  prompt INTEGER NOT NULL REFERENCES texts (id),
  answer INTEGER NOT NULL REFERENCES texts (id),
  PRIMARY KEY (run, step, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE checkpoints (
  run INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
  step INTEGER NOT NULL,
  folder TEXT NOT NULL,
  at TEXT NOT NULL,
  PRIMARY KEY (run, step)
) STRICT, WITHOUT ROWID;
`),
}
