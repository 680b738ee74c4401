// Probes of another set, and the frozen version of that set. SQLite changes a check by a new table.
import type { Migration } from '../migrate.ts'

export const outOfDomain: Migration = {
  number: 150,
  changesData: true,
  up: (db) =>
    db.script(`
CREATE TABLE probes_of_more_kinds (
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
INSERT INTO probes_of_more_kinds SELECT run, position, kind, pair, prompt, chosen, rejected, response FROM probes;
DROP TABLE probes;
ALTER TABLE probes_of_more_kinds RENAME TO probes;

-- NULL for a run that is not probed out of its domain.
ALTER TABLE runs ADD COLUMN out_of_domain_version INTEGER REFERENCES set_versions (id);
`),
}
