// A file that computes without end is named, and ends vitest: in a vitest of its own.
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'

const root = join(import.meta.dirname, '../..')
const folder = mkdtempSync(join(tmpdir(), 'attune-stuck-'))

beforeAll(() => {
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
  writeFileSync(
    join(folder, 'vitest.config.mjs'),
    `import { stuckFiles } from ${JSON.stringify(join(root, 'setup/stuck-files.mjs'))}
    export default { test: { reporters: ['default', stuckFiles({ minutes: 0.05 })], pool: 'forks', testTimeout: 20_000 } }`,
  )
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const vitest = (endless: string) =>
  new Promise<{ code: unknown; said: string }>((resolve) => {
    writeFileSync(
      join(folder, 'endless.test.mjs'),
      `import { test } from 'vitest'\ntest('never ends', async () => { ${endless} })`,
    )
    const program = join(root, 'node_modules/vitest/vitest.mjs')
    execFile(process.execPath, [program, 'run'], { cwd: folder }, (error, stdout, stderr) =>
      resolve({ code: error?.code ?? 0, said: stdout + stderr }),
    )
  })

test.each([
  ['computing', 'for (;;);', /endless\.test\.mjs has been running for 0\.05 minutes.*: the tests end here/],
  ['waiting', 'await new Promise(() => setInterval(() => {}, 1000))', /for 0\.05 minutes, in "never ends": the tests/],
])('a test that goes on %s', async (_, endless, told) => {
  const { code, said } = await vitest(endless)
  expect([code, said]).toEqual([1, expect.stringMatching(told)])
})
