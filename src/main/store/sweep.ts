// Lets go of what nothing refers to any more: set versions without a set, a run or an evaluation, then texts and origins.
import type { WritableDatabase } from './database.ts'

const unusedVersions = `
  SELECT id FROM set_versions
  WHERE set_id NOT IN (SELECT id FROM sets) AND id NOT IN (SELECT set_version FROM runs)
    AND id NOT IN (SELECT out_of_domain_version FROM runs WHERE out_of_domain_version IS NOT NULL)
    AND id NOT IN (SELECT set_version FROM evaluations)`

const usedTexts = `
  SELECT prompt FROM pairs UNION SELECT a FROM pairs UNION SELECT b FROM pairs
  UNION SELECT chosen FROM pairs UNION SELECT rejected FROM pairs
  UNION SELECT edited FROM label_events WHERE edited IS NOT NULL
  UNION SELECT prompt FROM set_version_pairs UNION SELECT chosen FROM set_version_pairs
  UNION SELECT rejected FROM set_version_pairs
  UNION SELECT expected FROM set_version_pairs WHERE expected IS NOT NULL
  UNION SELECT prompt FROM probes UNION SELECT chosen FROM probes WHERE chosen IS NOT NULL
  UNION SELECT rejected FROM probes WHERE rejected IS NOT NULL
  UNION SELECT response FROM probes WHERE response IS NOT NULL
  UNION SELECT prompt FROM samples UNION SELECT answer FROM samples
  UNION SELECT text FROM evaluation_answers`

const usedOrigins = `
  SELECT a_origin FROM pairs UNION SELECT b_origin FROM pairs
  UNION SELECT chosen_origin FROM pairs UNION SELECT rejected_origin FROM pairs`

/**
 * One pass over the tables. Foreign keys are off meanwhile: with them SQLite would search every referring table for each
 * text that goes, and those columns have no index. The queries above name every column that refers to a text.
 */
export function sweepTexts(db: WritableDatabase): void {
  db.script('PRAGMA foreign_keys = OFF')
  try {
    db.transaction(() => {
      db.script(`DELETE FROM set_version_pairs WHERE version IN (${unusedVersions})`)
      db.script(`DELETE FROM set_versions WHERE id IN (${unusedVersions})`)
      db.script(`DELETE FROM texts WHERE id NOT IN (${usedTexts})`)
      db.script(`DELETE FROM origins WHERE id NOT IN (${usedOrigins})`)
    })
  } finally {
    db.script('PRAGMA foreign_keys = ON')
  }
}
