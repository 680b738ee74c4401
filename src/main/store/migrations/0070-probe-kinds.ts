// More kinds of unseen responses among the probes of a run. SQLite changes a check by a new table.
import type { Migration } from '../migrate.ts'

export const probeKinds: Migration = {
  number: 70,
  changesData: true,
  up: (db) =>
    db.script(`
CREATE TABLE probes_of_more_kinds (
  run INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
  position INTEGER NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN
    ('train', 'heldout', 'other', 'other-rejected', 'near-miss', 'shuffled', 'sampled', 'resampled')),
  pair INTEGER,
  prompt INTEGER NOT NULL REFERENCES texts (id),
  chosen INTEGER REFERENCES texts (id),
  rejected INTEGER REFERENCES texts (id),
  response INTEGER REFERENCES texts (id),
  PRIMARY KEY (run, position)
) STRICT, WITHOUT ROWID;
INSERT INTO probes_of_more_kinds SELECT run, position, kind, pair, prompt, chosen, rejected, response FROM probes;
DROP TABLE probes;
ALTER TABLE probes_of_more_kinds RENAME TO probes;
`),
}
