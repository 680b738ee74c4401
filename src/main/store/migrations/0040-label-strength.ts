// The strength of labels in frozen versions of sets.
import type { Migration } from '../migrate.ts'

export const labelStrength: Migration = {
  number: 40,
  changesData: false,
  up: (db) =>
    db.script(`
-- 0: a tie. 1: a plain preference, or a version that was frozen without strengths.
ALTER TABLE set_version_pairs ADD COLUMN strength INTEGER NOT NULL DEFAULT 1 CHECK (strength IN (0, 1, 2));
`),
}
