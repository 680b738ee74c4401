// The picture of the rooms in ARCHITECTURE.md is the one that dependency-cruiser draws: it cannot lie.
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { root } from './copy.ts'

test('the picture in ARCHITECTURE.md is up to date (npm run picture draws it)', () => {
  const { stdout } = spawnSync(process.execPath, [join(root, 'setup', 'picture.mjs'), '--print'], {
    cwd: root,
    encoding: 'utf8',
  })
  expect(stdout).toContain('flowchart')
  expect(readFileSync(join(root, 'ARCHITECTURE.md'), 'utf8')).toContain(stdout.trim())
})
