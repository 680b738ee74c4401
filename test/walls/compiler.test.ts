// The compiler's own walls: a leaf cannot even name what it must not know.
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { copyOfSource, root, type Copy } from './copy.ts'

const breaches = [
  {
    file: 'src/ml/planted-disk.ts',
    text: `import { readFileSync } from 'node:fs'\nexport const read = readFileSync`,
    code: 'TS2591',
  },
  { file: 'src/ml/planted-process.ts', text: 'export const memory = process.memoryUsage()', code: 'TS2591' },
  { file: 'src/ml/planted-document.ts', text: 'export const title = document.title', code: 'TS2584' },
  {
    file: 'src/ml/planted-contract.ts',
    text: `import type { Run } from '../contract/index.ts'\nexport type R = Run`,
    code: 'TS6307',
  },
  {
    file: 'src/contract/planted.ts',
    text: `import { eagerExecutor } from '../ml/index.ts'\nexport const e = eagerExecutor`,
    code: 'TS6307',
  },
  {
    file: 'src/contract/planted-command.ts',
    text: `import type { Handlers } from './client.ts'\nexport const handlers: Handlers = {}`,
    code: 'TS2740',
  },
]

let copy: Copy
let output: string

beforeAll(() => {
  copy = copyOfSource()
  for (const { file, text } of breaches) copy.plant(file, text)
  const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc')
  output = ['src/contract', 'src/ml']
    .map((room) => spawnSync(process.execPath, [tsc, '-p', room], { cwd: copy.folder, encoding: 'utf8' }).stdout)
    .join('')
})
afterAll(() => copy.remove())

test.each(breaches)('$code in $file', ({ file, code }) => {
  const lines = output.split('\n').filter((line) => line.startsWith(file))
  expect(lines.join('\n')).toContain(code)
})
