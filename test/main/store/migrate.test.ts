import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openDatabase } from '../../../src/main/store/database.ts'
import { migrate, type Migration } from '../../../src/main/store/migrate.ts'
import { openStore } from '../../../src/main/store/index.ts'
import { migrations } from '../../../src/main/store/migrations/index.ts'
import { folder } from './open.ts'

const step = (number: number, sql: string, changesData = false): Migration => ({
  ...{ number, changesData },
  up: (db) => db.script(sql),
})
const one = step(10, 'CREATE TABLE a (x TEXT) STRICT')
const two = step(20, "UPDATE a SET x = x || '!'", true)
const broken = step(30, 'CREATE TABLE b (x TEXT) STRICT; INSERT INTO nowhere VALUES (1)')

/** Opens, migrates, does something and closes. */
function withFile<T>(file: string, steps: readonly Migration[], work: (db: ReturnType<typeof openDatabase>) => T): T {
  const db = openDatabase(file)
  try {
    migrate(db, steps)
    return work(db)
  } finally {
    db.close()
  }
}
const texts = (db: ReturnType<typeof openDatabase>) => db.column<string>('SELECT x FROM a').all()

test('steps run once each, in the order of their numbers; the file is copied before rows are rewritten', () => {
  const home = folder()
  const file = join(home, "it's a store.sqlite")
  withFile(file, [one], (db) => db.transaction(() => db.change("INSERT INTO a VALUES ('x')").run()))
  expect(withFile(file, [two, one], texts)).toEqual(['x!'])
  expect(withFile(file, [one, two], texts)).toEqual(['x!'])
  const copy = `${file}.before-20`
  expect(withFile(copy, [one], texts)).toEqual(['x'])
  expect(readdirSync(home).filter((name) => name.endsWith('.part'))).toEqual([])
})

test('a new file is not copied', () => {
  const file = join(folder(), 'store.sqlite')
  withFile(file, [one, two], texts)
  expect(existsSync(`${file}.before-20`)).toBe(false)
})

test('a step that fails leaves no trace of itself, and those before it stay', () => {
  const file = join(folder(), 'store.sqlite')
  expect(() => withFile(file, [one, broken], texts)).toThrow('no such table: nowhere')
  const tables = withFile(file, [one], (db) => db.column<string>('SELECT name FROM sqlite_schema').all())
  expect(tables).toEqual(['a'])
})

test('a file of a newer Attune or of another program is refused in one line', () => {
  const file = join(folder(), 'store.sqlite')
  withFile(file, [one, step(40, 'SELECT 1')], texts)
  expect(() => withFile(file, [one], texts)).toThrow(
    `${file}: A newer Attune has written this database (schema 40, this one knows 10). ` +
      'Open it with the newer one, or give another folder with --home.',
  )
  const foreign = join(folder(), 'foreign.sqlite')
  const db = openDatabase(foreign)
  db.script('CREATE TABLE theirs (x)')
  db.close()
  expect(() => withFile(foreign, [one], texts)).toThrow(/belongs to another program/)
})

test('all migrations make this schema', async () => {
  const schema = withFile(':memory:', migrations, (db) =>
    db
      .column<string>(
        `
      SELECT sql || ';' FROM sqlite_schema
      WHERE sql IS NOT NULL AND name NOT LIKE 'pair\\_search\\_%' ESCAPE '\\' ORDER BY tbl_name, type DESC, name`,
      )
      .all(),
  )
  await expect(`${schema.join('\n\n')}\n`).toMatchFileSnapshot('schema.sql')
})

test('a version that was frozen before strengths were kept has plain preferences', () => {
  const file = join(folder(), 'store.sqlite')
  const before = migrations.filter(({ number }) => number < 40)
  withFile(file, before, (db) =>
    db.script(`
      INSERT INTO texts (id, sha256, form, body, length) VALUES (1, randomblob(32), 'plain', 'p', 1);
      INSERT INTO set_versions (id, set_id, hash, created_at) VALUES (1, 1, 'old', '2026-01-01');
      INSERT INTO set_version_pairs (version, position, pair, prompt, chosen, rejected) VALUES (1, 0, 7, 1, 1, 1);`),
  )
  const strengths = (db: ReturnType<typeof openDatabase>) =>
    db.column<number>('SELECT strength FROM set_version_pairs').all()
  expect(withFile(file, migrations, strengths)).toEqual([1])
  const store = openStore(file)
  expect(store.sets.frozen(1)).toEqual({
    ...{ versionId: 1, hash: 'old' },
    pairs: [{ id: 7, prompt: 'p', chosen: 'p', rejected: 'p' }],
  })
  store.close()
})

test('the numbers of migrations rise and tables are strict', () => {
  const numbers = migrations.map(({ number }) => number)
  expect(numbers).toEqual([...new Set(numbers)].toSorted((a, b) => a - b))
  const loose = withFile(':memory:', migrations, (db) =>
    db
      .column<string>(
        "SELECT name FROM pragma_table_list WHERE type = 'table' AND NOT strict AND name NOT LIKE 'sqlite%'",
      )
      .all(),
  )
  expect(loose).toEqual([])
})
