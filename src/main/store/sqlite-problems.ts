// What SQLite refuses, as one line for a person. Codes: sqlite.org/rescode.html.
import Database from 'better-sqlite3'
import { ProblemError, type Problem } from '#contract'

const known: [code: RegExp, problem: Omit<Problem, 'where'>][] = [
  [
    /^SQLITE_(BUSY|LOCKED)/,
    {
      code: 'conflict',
      message: 'Another Attune has this home open',
      advice: 'Close it, or give another folder with --home',
    },
  ],
  [
    /^SQLITE_FULL/,
    {
      code: 'unavailable',
      message: 'The disk is full; nothing of this change was kept',
      advice: 'Free some space and try again',
    },
  ],
  [
    /^SQLITE_(READONLY|PERM|CANTOPEN|AUTH|IOERR_LOCK)/,
    {
      code: 'unavailable',
      message: 'Attune may not write here',
      advice: 'Give this user permission to write in the folder, or give another folder with --home',
    },
  ],
  [
    /^SQLITE_(NOTADB|CORRUPT)/,
    {
      code: 'unavailable',
      message: 'This is not a database, or it is damaged',
      advice: 'Move the file away, or put a backup in its place',
    },
  ],
  [
    /^SQLITE_IOERR/,
    { code: 'unavailable', message: 'The disk could not be read or written', advice: 'Check the disk' },
  ],
  [
    /^SQLITE_TOOBIG/,
    { code: 'bad-input', message: 'A text is too large to be stored', advice: 'Leave it out or shorten it' },
  ],
]

/** The thrown value itself, or a ProblemError in its place when it comes from SQLite and is not a fault of ours. */
export function problemOfSqlite(thrown: unknown, file: string): unknown {
  const code = codeOf(thrown)
  const problem = known.find(([pattern]) => pattern.test(code))?.[1]
  return problem ? new ProblemError({ ...problem, where: file }) : thrown
}

function codeOf(thrown: unknown): string {
  if (thrown instanceof Database.SqliteError) return thrown.code
  // better-sqlite3 says so itself when the folder is missing.
  if (thrown instanceof TypeError && /directory does not exist/.test(thrown.message)) return 'SQLITE_CANTOPEN'
  return ''
}
