// Each import rule is broken once in a copy of the source, and dependency-cruiser has to say so.
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { copyOfSource, root, type Copy } from './copy.ts'

const breaches: { file: string; text: string; rule: string }[] = [
  { rule: 'contract-knows-nobody', file: 'src/contract/planted.ts', text: `import '../ml/index.ts'` },
  {
    rule: 'ml-knows-only-tensors',
    file: 'src/ml/planted-type.ts',
    text: `import type { Run } from '../contract/index.ts'\nexport type R = Run`,
  },
  { rule: 'ml-knows-only-tensors', file: 'src/ml/planted-disk.ts', text: `import 'node:fs'` },
  { rule: 'one-door-to-tfjs', file: 'src/ml/planted-tfjs.ts', text: `import '@tensorflow/tfjs'` },
  { rule: 'one-door-to-tokenizers', file: 'src/ml/planted-jinja.ts', text: `import '@huggingface/jinja'` },
  { rule: 'through-contracts-door', file: 'src/main/app/planted-contract.ts', text: `import '../../contract/runs.ts'` },
  { rule: 'through-mls-door', file: 'src/main/trainer/planted-ml.ts', text: `import '../../ml/random.ts'` },
  { rule: 'only-shells-meet-electron', file: 'src/main/app/planted-electron.ts', text: `import 'electron'` },
  { rule: 'only-shells-meet-electron', file: 'src/renderer/planted-electron.ts', text: `import 'electron'` },
  { rule: 'only-the-store-meets-sqlite', file: 'src/main/app/planted-sqlite.ts', text: `import 'better-sqlite3'` },
  { rule: 'only-the-trainer-meets-ml', file: 'src/main/app/planted-ml.ts', text: `import '#ml'` },
  { rule: 'the-toy-needs-no-tensors', file: 'src/ml/toy/planted-tensors.ts', text: `import '../tf.ts'` },
  { rule: 'the-toy-thread-meets-only-the-toy', file: 'src/main/toy/planted-ml.ts', text: `import '#ml'` },
  { rule: 'the-toy-thread-is-started', file: 'src/main/app/planted-toy.ts', text: `import '../toy/thread.ts'` },
  { rule: 'store-knows-only-contract', file: 'src/main/store/planted.ts', text: `import '../app/board.ts'` },
  { rule: 'formats-know-only-contract', file: 'src/main/formats/planted.ts', text: `import '../app/board.ts'` },
  { rule: 'studies-know-only-contract', file: 'src/main/studies/planted-store.ts', text: `import '../store/index.ts'` },
  {
    rule: 'studies-know-only-contract',
    file: 'src/main/studies/planted-executor.ts',
    text: `import '../trainer/protocol.ts'`,
  },
  { rule: 'through-the-studies-door', file: 'src/main/app/planted-study.ts', text: `import '../studies/runner.ts'` },
  {
    rule: 'trainer-reaches-no-neighbour',
    file: 'src/main/trainer/planted-store.ts',
    text: `import '../store/index.ts'`,
  },
  {
    rule: 'app-sees-only-the-trainers-protocol',
    file: 'src/main/app/planted-job.ts',
    text: `import '../trainer/process.ts'`,
  },
  { rule: 'nobody-imports-a-shell', file: 'src/main/app/planted-shell.ts', text: `import '../serve.ts'` },
  {
    rule: 'window-speaks-only-contract',
    file: 'src/renderer/planted-store.ts',
    text: `import '../main/store/index.ts'`,
  },
  {
    rule: 'window-speaks-only-contract',
    file: 'src/renderer/parts/Planted.svelte',
    text: `<script lang="ts">import '../../ml/index.ts'</script>`,
  },
  {
    rule: 'screens-are-strangers',
    file: 'src/renderer/screens/pairs/planted.ts',
    text: `import '../models/planted.ts'`,
  },
  {
    rule: 'parts-know-no-screen',
    file: 'src/renderer/parts/planted.ts',
    text: `import '../screens/models/planted.ts'`,
  },
  { rule: 'no-dead-ends', file: 'src/main/trainer/planted-deep.ts', text: `import '#ml/random'` },
  { rule: 'no-circles', file: 'src/ml/planted-a.ts', text: `import './planted-b.ts'` },
]

type Violation = { from: string; rule: { name: string } }

const cruise = (folder: string): Violation[] => {
  const bin = join(root, 'node_modules', 'dependency-cruiser', 'bin', 'dependency-cruiser.mjs')
  const { stdout, stderr } = spawnSync(
    process.execPath,
    [bin, 'src', '--config', '.dependency-cruiser.cjs', '--output-type', 'json'],
    {
      cwd: folder,
      encoding: 'utf8',
      maxBuffer: 2 ** 28,
    },
  )
  if (!stdout.startsWith('{')) throw new Error(stderr)
  return (JSON.parse(stdout) as { summary: { violations: Violation[] } }).summary.violations
}

describe('import walls', () => {
  let copy: Copy
  let violations: Violation[]

  beforeAll(() => {
    copy = copyOfSource()
    copy.plant('src/ml/planted-b.ts', `import './planted-a.ts'`)
    copy.plant('src/renderer/screens/models/planted.ts', 'export const planted = 1')
    for (const { file, text } of breaches) copy.plant(file, text)
    violations = cruise(copy.folder)
  })
  afterAll(() => copy.remove())

  test.each(breaches)('$rule bites in $file', ({ rule, file }) => {
    const found = violations.filter(({ from }) => from === file).map((violation) => violation.rule.name)
    expect(found).toContain(rule)
  })

  test('every rule has a planted breach', async () => {
    const config = (await import(join(root, '.dependency-cruiser.cjs'))) as {
      default: { forbidden: { name: string }[] }
    }
    expect([...new Set(breaches.map(({ rule }) => rule))].sort()).toEqual(
      config.default.forbidden.map(({ name }) => name).sort(),
    )
  })

  test('the source itself has no breach', () => {
    expect(violations.filter(({ from }) => !/planted/i.test(from))).toEqual([])
  })
})
