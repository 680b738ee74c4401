// Brings a database to the newest schema: numbered steps, each in a transaction of its own, counted by `user_version`.
import { renameSync, rmSync } from 'node:fs'
import { ProblemError } from '#contract'
import type { WritableDatabase } from './database.ts'

export type Migration = {
  /** Numbers leave gaps, so that two branches do not collide. */
  number: number
  /** Rewrites rows that exist: the file is copied before. */
  changesData: boolean
  up: (db: WritableDatabase) => void
}

/** Marks a file as ours: 'Attn' in ASCII. */
const APPLICATION = 0x4174746e

/**
 * Runs the migrations that the file has not seen.
 * @throws ProblemError when the file is another program's or a newer Attune's
 */
export function migrate(db: WritableDatabase, migrations: readonly Migration[]): void {
  const pragma = (name: string) => db.column<number>(`SELECT * FROM pragma_${name}`).one() ?? 0
  const version = pragma('user_version')
  const application = pragma('application_id')
  const empty = db.column<number>('SELECT count(*) FROM sqlite_schema').one() === 0
  const newest = Math.max(0, ...migrations.map(({ number }) => number))

  if (!empty && application !== APPLICATION)
    throw new ProblemError({
      code: 'refused',
      message: 'This database belongs to another program',
      where: db.file,
      advice: 'Give another folder with --home',
    })
  if (version > newest)
    throw new ProblemError({
      code: 'refused',
      message: `A newer Attune has written this database (schema ${version}, this one knows ${newest})`,
      where: db.file,
      advice: 'Open it with the newer one, or give another folder with --home',
    })

  let copied = empty || db.file === ':memory:'
  for (const { number, changesData, up } of migrations.toSorted((a, b) => a.number - b.number)) {
    if (number <= version) continue
    if (changesData && !copied) {
      copyFile(db, `${db.file}.before-${number}`)
      copied = true
    }
    db.transaction(() => {
      up(db)
      db.script(`PRAGMA user_version = ${number}; PRAGMA application_id = ${APPLICATION}`)
    })
  }
}

function copyFile(db: WritableDatabase, to: string): void {
  const part = `${to}.part`
  rmSync(part, { force: true })
  db.script(`VACUUM INTO '${part.replaceAll("'", "''")}'`)
  renameSync(part, to)
}
