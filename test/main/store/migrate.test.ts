import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openDatabase } from '../../../src/main/store/database.ts'
import { migrate, type Migration } from '../../../src/main/store/migrate.ts'
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
