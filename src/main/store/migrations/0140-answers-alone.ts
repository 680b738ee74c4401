// Sets of answers alone, each good or bad, beside sets of pairs.
import type { Migration } from '../migrate.ts'

export const answersAlone: Migration = {
  number: 140,
  changesData: false,
  up: (db) =>
    db.script(`
-- 'answers': one side of each pair is the empty text, and the other an answer alone (answers-alone.ts).
ALTER TABLE sets ADD COLUMN holds TEXT NOT NULL DEFAULT 'pairs' CHECK (holds IN ('pairs', 'answers'));
ALTER TABLE set_versions ADD COLUMN holds TEXT NOT NULL DEFAULT 'pairs' CHECK (holds IN ('pairs', 'answers'));
`),
}
