// What a person set in the window, by key.
import type { ReadableDatabase, WritableDatabase } from './database.ts'

function readPreferences(db: ReadableDatabase) {
  const all = db.query<{ key: string; value: string }>('SELECT key, value FROM preferences ORDER BY key')
  const get = db.column<string>('SELECT value FROM preferences WHERE key = ?')
  return {
    all: (): Record<string, string> => Object.fromEntries(all.all().map(({ key, value }) => [key, value])),
    get: (key: string): string | null => get.one(key) ?? null,
  }
}

export function preferenceTopic(db: WritableDatabase) {
  const put = db.change(
    'INSERT INTO preferences (key, value) VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value',
  )
  return {
    ...readPreferences(db),
    put: (key: string, value: string): void => {
      db.transaction(() => put.run(key, value))
    },
  }
}
