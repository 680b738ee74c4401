// What a checker compares answers with, where a pair says something else than its chosen response.
import type { Migration } from '../migrate.ts'

export const expected: Migration = {
  number: 120,
  changesData: false,
  up: (db) =>
    db.script(`
-- Null: the chosen response.
ALTER TABLE set_version_pairs ADD COLUMN expected INTEGER REFERENCES texts (id);
`),
}
