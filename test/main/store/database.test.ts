import { chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openDatabase, type ReadableDatabase, type WritableDatabase } from '../../../src/main/store/database.ts'
import { openStore } from '../../../src/main/store/index.ts'
import { fill, folder, pair } from './open.ts'

function withTable(file: string): WritableDatabase {
  const db = openDatabase(file)
  db.script('CREATE TABLE t (x TEXT) STRICT')
  return db
}

test('who holds a readable database cannot write: it does not compile, and is refused at run time', () => {
  const db = withTable(':memory:')
  const reader: ReadableDatabase = db
  // @ts-expect-error a reader has no change()
  expect(reader.change).toBeTypeOf('function')
  // @ts-expect-error a reader is no writer
  const writer: WritableDatabase = reader
  expect(writer).toBe(db)
  // @ts-expect-error a database of someone else's is no reader
  const alike: ReadableDatabase = { file: '', query: db.query, column: db.column }
  expect(() => alike.query("INSERT INTO t VALUES ('x')")).toThrow('A query must not write')
})

test('changes need a transaction, which is all or nothing and may be nested', () => {
  let saved = 0
  const db = openDatabase(':memory:', () => saved++)
  db.script('CREATE TABLE t (x TEXT) STRICT')
  const insert = db.change('INSERT INTO t VALUES (?)')
  const rows = db.column<string>('SELECT x FROM t')
  expect(() => insert.run('a')).toThrow('must run in a transaction')
  const failing = () =>
    db.transaction(() => {
      insert.run('a')
      db.transaction(() => insert.run('b'))
      throw new Error('no')
    })
  expect(failing).toThrow('no')
  expect([rows.all(), saved]).toEqual([[], 0])
  db.transaction(() => db.transaction(() => insert.run('c')))
  expect([rows.all(), saved]).toEqual([['c'], 1])
  db.transaction(() => rows.all())
  expect(saved).toBe(1)
})

test('a second Attune on the same file is refused in one line', () => {
  const file = join(folder(), 'store.sqlite')
  const first = openStore(file)
  expect(() => openStore(file)).toThrow(
    `${file}: Another Attune has this home open. Close it, or give another folder with --home.`,
  )
  first.close()
  openStore(file).close()
})

test('a missing folder and a file that is no database are each one line', () => {
  const home = folder()
  expect(() => openStore(join(home, 'nowhere', 'store.sqlite'))).toThrow(/Attune may not write here\. Give this user/)
  const file = join(home, 'text.sqlite')
  writeFileSync(file, 'this is not a database, though it is long enough to look at\n'.repeat(20))
  expect(() => openStore(file)).toThrow(`${file}: This is not a database, or it is damaged.`)
})

test.skipIf(process.platform === 'win32')('a home without write permission is one line', () => {
  const home = folder()
  const file = join(home, 'store.sqlite')
  openStore(file).close()
  chmodSync(home, 0o555)
  chmodSync(file, 0o444)
  const asNobody = process.geteuid?.() === 0
  // Root may write anywhere: be someone else for a moment.
  if (asNobody) process.seteuid?.(65534)
  try {
    expect(() => openStore(file)).toThrow(/store\.sqlite: Attune may not write here\. Give this user permission/)
    expect(() => openStore(join(home, 'new.sqlite'))).toThrow(/new\.sqlite: Attune may not write here/)
  } finally {
    if (asNobody) process.seteuid?.(0)
    chmodSync(home, 0o755)
  }
})

test('a full disk is one line, and nothing of the change is kept', () => {
  const file = join(folder(), 'store.sqlite')
  const db = withTable(file)
  db.script(`PRAGMA max_page_count = ${db.column<number>('SELECT * FROM pragma_page_count').one() ?? 0}`)
  const insert = db.change('INSERT INTO t VALUES (?)')
  const fillUp = () =>
    db.transaction(() => {
      for (let i = 0; i < 100; i++) insert.run('x'.repeat(1000))
    })
  expect(fillUp).toThrow(`${file}: The disk is full; nothing of this change was kept. Free some space and try again.`)
  expect(db.column<number>('SELECT count(*) FROM t').one()).toBe(0)
  db.close()
})

test('what was saved is told with its time, and only what was saved', () => {
  const told: string[] = []
  const store = openStore(':memory:', { onSaved: (at) => told.push(at), now: () => new Date(0) })
  expect(told).toEqual([])
  store.sets.list()
  expect(told).toEqual([])
  fill(store, 'set', [pair('p', 'a', 'b')])
  expect(new Set(told)).toEqual(new Set(['1970-01-01T00:00:00.000Z']))
  expect(() => store.sets.create('set')).toThrow()
  const before = told.length
  store.preferences.put('a', 'b')
  expect(told.length).toBe(before + 1)
  store.close()
})
