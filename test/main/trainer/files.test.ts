// Files as ml reads them: byte sources, folders that lead nowhere else, hashes.
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { diskFolder, diskSource, filesHash } from '../../../src/main/trainer/files.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'attune-'))
  writeFileSync(join(folder, 'a.bin'), Buffer.from([0, 1, 2, 3, 4, 5, 6, 7]))
  writeFileSync(join(folder, 'b.txt'), 'naïve')
  mkdirSync(join(folder, 'inner'))
  symlinkSync(join(folder, 'a.bin'), join(folder, 'link.bin'))
})
afterAll(() => rmSync(folder, { recursive: true }))

test('reads any stretch of a file, and what there is of one that runs over its end', async () => {
  const source = await diskSource(join(folder, 'link.bin'))
  expect(source.size).toBe(8)
  expect([...(await source.read(2, 3))]).toEqual([2, 3, 4])
  expect([...(await source.read(6, 5))]).toEqual([6, 7])
})

test('what is no plain file is refused by name', async () => {
  await expect(diskSource(join(folder, 'inner'))).rejects.toThrow(/inner: This is not a file\.$/)
  await expect(diskSource(join(folder, 'none'))).rejects.toThrow(/none: There is no such file\.$/)
  if (process.platform === 'win32') return
  execFileSync('mkfifo', [join(folder, 'pipe')])
  await expect(diskSource(join(folder, 'pipe'))).rejects.toThrow(/pipe: This is not a file\.$/)
})

test('a folder gives its own files and nothing outside', async () => {
  const own = diskFolder(join(folder, 'inner'))
  for (const name of ['../a.bin', '/etc/hostname', '..', '.', '', 'x/../../a.bin', 'a\0', '..\\a.bin'])
    await expect(own.open(name), name).rejects.toThrow(/is not the name of a file in/)
  const outer = diskFolder(folder)
  expect(await outer.text('b.txt', 6)).toBe('naïve')
  await expect(outer.text('b.txt', 5)).rejects.toThrow('b.txt has 6 bytes; 5 are the most that is read')
  expect((await outer.list()).filter((name) => name !== 'pipe')).toEqual(['a.bin', 'b.txt', 'inner', 'link.bin'])
})

test('a hash goes over files in order', async () => {
  const [a, b] = [join(folder, 'a.bin'), join(folder, 'b.txt')]
  expect(await filesHash([a])).toBe('8a851ff82ee7048ad09ec3847f1ddf44944104d2cbd17ef4e3db22c6785a0d45')
  expect(await filesHash([a, b])).not.toBe(await filesHash([b, a]))
})
