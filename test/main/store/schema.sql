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

CREATE TABLE checkpoints (
  run INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
  step INTEGER NOT NULL,
  folder TEXT NOT NULL,
  at TEXT NOT NULL,
  PRIMARY KEY (run, step)
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

CREATE TRIGGER label_events_are_final BEFORE UPDATE ON label_events
BEGIN SELECT RAISE(ABORT, 'label events are never changed'); END;

CREATE TABLE label_events (
  id INTEGER PRIMARY KEY,
  pair INTEGER NOT NULL REFERENCES pairs (id) ON DELETE CASCADE,
  kind TEXT NOT NULL CHECK (kind IN ('label', 'undo', 'redo')),
  verdict TEXT CHECK (verdict IN ('a', 'b', 'tie', 'both-bad', 'skip')),
  strength INTEGER CHECK (strength IN (1, 2)),
  -- The text that became the chosen response over the one that the verdict names.
  edited INTEGER REFERENCES texts (id),
  -- The label that an undo takes back or a redo brings back.
  target INTEGER REFERENCES label_events (id) ON DELETE CASCADE,
  by TEXT NOT NULL,
  at TEXT NOT NULL,
  CHECK ((kind = 'label') = (verdict IS NOT NULL AND strength IS NOT NULL AND target IS NULL))
) STRICT;

CREATE INDEX label_events_by_person ON label_events (by, kind, id);

CREATE INDEX label_events_by_target ON label_events (target) WHERE target IS NOT NULL;

CREATE INDEX label_events_of_pair ON label_events (pair, id);

CREATE TABLE models (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  added_at TEXT NOT NULL,
  -- The rest of the contract's Model, JSON.
  facts TEXT NOT NULL
) STRICT;

CREATE TABLE origins (
  id INTEGER PRIMARY KEY,
  kind TEXT NOT NULL CHECK (kind IN ('human', 'model', 'edit', 'unknown')),
  -- Empty instead of NULL, which would make every row unique.
  writer TEXT NOT NULL,
  sampling TEXT NOT NULL,
  UNIQUE (kind, writer, sampling)
) STRICT;

CREATE TABLE pair_measures (
  key INTEGER NOT NULL REFERENCES reference_keys (id) ON DELETE CASCADE,
  prompt BLOB NOT NULL,
  chosen BLOB NOT NULL,
  rejected BLOB NOT NULL,
  -- Why the pair could not be measured; then it has no numbers.
  refused TEXT,
  ches REAL,
  ches_normalised REAL,
  overlap REAL,
  edit_distance REAL,
  -- Sums over the response's tokens, nats.
  chosen_logp REAL,
  chosen_tokens INTEGER,
  rejected_logp REAL,
  rejected_tokens INTEGER,
  CHECK ((refused IS NULL) = (ches IS NOT NULL)),
  PRIMARY KEY (key, prompt, chosen, rejected)
) STRICT, WITHOUT ROWID;

CREATE VIRTUAL TABLE pair_search USING fts5 (
  words, content = '', contentless_delete = 1, tokenize = 'unicode61 remove_diacritics 2'
);

CREATE TABLE pairs (
  id INTEGER PRIMARY KEY,
  set_id INTEGER NOT NULL REFERENCES sets (id) ON DELETE CASCADE,
  prompt INTEGER NOT NULL REFERENCES texts (id),
  a INTEGER NOT NULL REFERENCES texts (id),
  a_origin INTEGER NOT NULL REFERENCES origins (id),
  b INTEGER NOT NULL REFERENCES texts (id),
  b_origin INTEGER NOT NULL REFERENCES origins (id),
  b_first INTEGER NOT NULL CHECK (b_first IN (0, 1)),
  -- 1: the file it came from says that a is the chosen one. The fold of labels starts here.
  given INTEGER NOT NULL CHECK (given IN (0, 1)),
  -- JSON object of texts.
  extra TEXT,
  prompt_length INTEGER NOT NULL,

  -- From here on: the fold of the pair's label events, kept in the transaction that appends one.
  label TEXT NOT NULL CHECK (label IN ('unlabelled', 'chosen', 'tie', 'both-bad', 'skipped')),
  strength INTEGER NOT NULL CHECK (strength IN (1, 2)),
  chosen INTEGER NOT NULL REFERENCES texts (id),
  chosen_origin INTEGER NOT NULL REFERENCES origins (id),
  chosen_length INTEGER NOT NULL,
  rejected INTEGER NOT NULL REFERENCES texts (id),
  rejected_origin INTEGER NOT NULL REFERENCES origins (id),
  rejected_length INTEGER NOT NULL,
  -- The event that stands; 0 when none does.
  label_event INTEGER NOT NULL DEFAULT 0
, margin REAL, a_score REAL, b_score REAL) STRICT;

CREATE INDEX pairs_by_label ON pairs (set_id, label, id);

CREATE UNIQUE INDEX pairs_once_in_a_set ON pairs (set_id, prompt, a, b);

CREATE TABLE preferences (
  key TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

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

CREATE TABLE "probes" (
  run INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
  position INTEGER NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN
    ('train', 'heldout', 'other', 'other-rejected', 'near-miss', 'shuffled', 'sampled', 'resampled', 'out-of-domain')),
  pair INTEGER,
  prompt INTEGER NOT NULL REFERENCES texts (id),
  chosen INTEGER REFERENCES texts (id),
  rejected INTEGER REFERENCES texts (id),
  response INTEGER REFERENCES texts (id),
  PRIMARY KEY (run, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE readings (
  run INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
  step INTEGER NOT NULL,
  name TEXT NOT NULL,
  -- NULL stands for not a number, which SQLite cannot hold.
  value REAL,
  PRIMARY KEY (run, step, name)
) STRICT, WITHOUT ROWID;

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
, parent_step INTEGER, out_of_domain_version INTEGER REFERENCES set_versions (id)) STRICT;

CREATE INDEX runs_by_parent ON runs (parent) WHERE parent IS NOT NULL;

CREATE INDEX runs_by_set_version ON runs (set_version);

CREATE TABLE samples (
  run INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
  step INTEGER NOT NULL,
  position INTEGER NOT NULL,
  prompt INTEGER NOT NULL REFERENCES texts (id),
  answer INTEGER NOT NULL REFERENCES texts (id),
  PRIMARY KEY (run, step, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE set_version_pairs (
  version INTEGER NOT NULL REFERENCES set_versions (id) ON DELETE CASCADE,
  position INTEGER NOT NULL,
  pair INTEGER NOT NULL,
  prompt INTEGER NOT NULL REFERENCES texts (id),
  chosen INTEGER NOT NULL REFERENCES texts (id),
  rejected INTEGER NOT NULL REFERENCES texts (id), strength INTEGER NOT NULL DEFAULT 1 CHECK (strength IN (0, 1, 2)), left_out INTEGER NOT NULL DEFAULT 0 CHECK (left_out IN (0, 1)), expected INTEGER REFERENCES texts (id), margin REAL,
  PRIMARY KEY (version, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE set_versions (
  id INTEGER PRIMARY KEY,
  set_id INTEGER NOT NULL,
  -- sha256 of the texts' hashes in order, hexadecimal.
  hash TEXT NOT NULL,
  created_at TEXT NOT NULL, holds TEXT NOT NULL DEFAULT 'pairs' CHECK (holds IN ('pairs', 'answers')),
  UNIQUE (set_id, hash)
) STRICT;

CREATE TABLE sets (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  created_at TEXT NOT NULL,
  sample INTEGER NOT NULL DEFAULT 0 CHECK (sample IN (0, 1)),
  -- 1 while an import fills it in small transactions: nobody sees it, and opening the store sweeps it away.
  staged INTEGER NOT NULL DEFAULT 0 CHECK (staged IN (0, 1))
, holds TEXT NOT NULL DEFAULT 'pairs' CHECK (holds IN ('pairs', 'answers'))) STRICT;

CREATE UNIQUE INDEX sets_by_name ON sets (name) WHERE staged = 0;

CREATE TABLE sqlite_sequence(name,seq);

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

CREATE TABLE study_steps (
  study INTEGER NOT NULL REFERENCES studies (id) ON DELETE CASCADE,
  position INTEGER NOT NULL,
  title TEXT NOT NULL,
  step TEXT NOT NULL,
  outcome TEXT,
  seconds REAL,
  PRIMARY KEY (study, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE texts (
  id INTEGER PRIMARY KEY,
  -- Of the form, a zero byte and the body.
  sha256 BLOB NOT NULL UNIQUE CHECK (length(sha256) = 32),
  -- 'turns': the body is a JSON list of {role, content}.
  form TEXT NOT NULL CHECK (form IN ('plain', 'turns')),
  body TEXT NOT NULL,
  -- As JavaScript counts, of what a person reads.
  length INTEGER NOT NULL
) STRICT;

CREATE TABLE undone_labels (
  event INTEGER PRIMARY KEY REFERENCES label_events (id) ON DELETE CASCADE,
  undo INTEGER NOT NULL UNIQUE REFERENCES label_events (id) ON DELETE CASCADE
) STRICT;
