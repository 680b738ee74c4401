// Measures of pairs before they are trained on, and the pairs that a run leaves out.
import type { Migration } from '../migrate.ts'

export const pairMeasures: Migration = {
  number: 60,
  changesData: false,
  up: (db) =>
    db.script(`
-- By content, so that they outlive their set: the three columns of texts are sha256, as in \`texts\`.
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

-- 1: a pair of the set that the version is without. Those come after all others.
ALTER TABLE set_version_pairs ADD COLUMN left_out INTEGER NOT NULL DEFAULT 0 CHECK (left_out IN (0, 1));
`),
}
