// No recipe copies another: jscpd finds no six lines that stand twice among them, and finds them where they do.
import { execFile } from 'node:child_process'
import { copyFileSync, cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, expect, test } from 'vitest'
import { root } from './copy.ts'

const recipes = join(root, 'src', 'ml', 'recipes')
/** Fewer tokens than this in six lines are signatures and closing brackets. */
const tokens = 30

let folder = ''
afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** Where six lines of the files under `place` stand twice: 'a.ts:1 b.ts:1'. */
async function clones(place: string): Promise<string[]> {
  folder = mkdtempSync(join(tmpdir(), 'attune-clones-'))
  const options = ['--min-lines', '6', '--min-tokens', String(tokens), '--reporters', 'json', '--output', folder]
  await promisify(execFile)(join(root, 'node_modules', '.bin', 'jscpd'), [place, ...options])
  const report = JSON.parse(readFileSync(join(folder, 'jscpd-report.json'), 'utf8')) as Report
  expect(report.statistics.total.sources).toBeGreaterThan(20) // It did look.
  return report.duplicates.map(({ firstFile, secondFile }) =>
    [firstFile, secondFile].map(({ name, start }) => `${name.split('/').at(-1)}:${start}`).join(' '),
  )
}

type Place = { name: string; start: number }
type Report = {
  statistics: { total: { sources: number } }
  duplicates: { firstFile: Place; secondFile: Place }[]
}

test('no recipe copies another', async () => {
  expect(await clones(recipes)).toEqual([])
})

test('a copied loop is found', async () => {
  const copy = mkdtempSync(join(tmpdir(), 'attune-recipes-'))
  try {
    cpSync(recipes, copy, { recursive: true })
    copyFileSync(join(copy, 'dpo.ts'), join(copy, 'another.ts'))
    expect(await clones(copy)).not.toEqual([])
  } finally {
    rmSync(copy, { recursive: true, force: true })
  }
})
