// One open database, handed out in two types: who holds the readable one cannot write, and that is checked by the compiler.
import Database from 'better-sqlite3'
import { problemOfSqlite } from './sqlite-problems.ts'

export type SqlValue = string | number | null | Uint8Array
/** By position, or one object by name. */
export type SqlParams = readonly SqlValue[] | readonly [Record<string, SqlValue>]

export interface Query<Row> {
  one(...params: SqlParams): Row | undefined
  all(...params: SqlParams): Row[]
}

export interface Change {
  /** Returns how many rows changed, and the id of the row inserted last. */
  run(...params: SqlParams): { changes: number; id: number }
}

declare const readable: unique symbol
declare const writable: unique symbol

export interface ReadableDatabase {
  readonly [readable]: true
  readonly file: string
  /** Prepares a statement that only reads. */
  query<Row>(sql: string): Query<Row>
  /** Prepares a statement of one column that only reads; its rows are that column's values. */
  column<Value extends SqlValue>(sql: string): Query<Value>
}

export interface WritableDatabase extends ReadableDatabase {
  readonly [writable]: true
  /** Prepares a statement that writes. It runs inside `transaction` only. */
  change(sql: string): Change
  /** All of `work` or nothing of it. Nested calls join the outer one. Throws a ProblemError when the disk or the file refuses. */
  transaction<T>(work: () => T): T
  /** Runs statements that take no parameters: migrations and pragmas. */
  script(sql: string): void
  close(): void
}

/**
 * Opens the file as its only user and readies it: write-ahead log, foreign keys, an exclusive lock until it is closed.
 * `synchronous` is FULL: a committed transaction outlives a killed process (so would NORMAL, the log being in the system's
 * hands by then) and a power cut as well (NORMAL would not); it costs one sync a commit, and there are few commits.
 * @param onSaved called after each committed transaction that changed something
 * @throws ProblemError: no permission, in use by another Attune, not a database
 */
export function openDatabase(file: string, onSaved: () => void = () => {}): WritableDatabase {
  const sqlite = guard(file, () => new Database(file, { timeout: 1000 }))
  try {
    guard(file, () => {
      // Before the first access: in this order the log's index is held in memory and a second process is refused.
      sqlite.pragma('locking_mode = EXCLUSIVE')
      sqlite.pragma('journal_mode = WAL')
      sqlite.pragma('synchronous = FULL')
      sqlite.pragma('foreign_keys = ON')
      sqlite.pragma('trusted_schema = OFF')
      // 32 MB of pages: the hashes of an import's texts land all over their index.
      sqlite.pragma('cache_size = -32768')
      // A wal that grew in an import shrinks again.
      sqlite.pragma(`journal_size_limit = ${16 * 1024 * 1024}`)
      sqlite.exec('BEGIN EXCLUSIVE; COMMIT')
    })
  } catch (thrown) {
    sqlite.close()
    throw thrown
  }

  const reading = (sql: string) => {
    const statement = sqlite.prepare<unknown[]>(sql)
    if (!statement.readonly) throw new Error(`A query must not write: ${sql}`)
    return statement
  }
  const queryOf = <Row>(statement: Database.Statement<unknown[]>): Query<Row> => ({
    one: (...params) => guard(file, () => statement.get(...params) as Row | undefined),
    all: (...params) => guard(file, () => statement.all(...params) as Row[]),
  })

  const handle = {
    file,
    query: <Row>(sql: string) => queryOf<Row>(reading(sql)),
    column: <Value extends SqlValue>(sql: string) => queryOf<Value>(reading(sql).pluck()),
    change(sql: string): Change {
      const statement = sqlite.prepare<unknown[]>(sql)
      return {
        run(...params) {
          if (!sqlite.inTransaction) throw new Error(`A change must run in a transaction: ${sql}`)
          const { changes, lastInsertRowid } = statement.run(...params)
          return { changes, id: Number(lastInsertRowid) }
        },
      }
    },
    transaction<T>(work: () => T): T {
      if (sqlite.inTransaction) return work()
      const before = totalChanges.get()
      const result = guard(file, () => sqlite.transaction(work).immediate())
      if (totalChanges.get() !== before) onSaved()
      return result
    },
    script: (sql: string) => void guard(file, () => sqlite.exec(sql)),
    close: () => void sqlite.close(),
  }
  const totalChanges = sqlite.prepare<unknown[], number>('SELECT total_changes()').pluck()
  return handle as typeof handle & WritableDatabase
}

function guard<T>(file: string, work: () => T): T {
  try {
    return work()
  } catch (thrown) {
    throw problemOfSqlite(thrown, file)
  }
}
