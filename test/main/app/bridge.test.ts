// The road that Electron's window takes, over a pipe in memory that copies every message as structured clone does:
// the real app, store and handlers, the real client.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { clientOver, ProblemError, samplePreset, type Client, type PairSet, type Sequenced } from '#contract'
import { appBridge } from '../../../src/main/app/bridge.ts'
import { forkTrainer } from '../../../src/main/app/fork.ts'
import { openApp, type App } from '../../../src/main/app/index.ts'
import { placesBeside } from '../../../src/main/places.ts'

const root = resolve(import.meta.dirname, '../../..')
const home = mkdtempSync(join(tmpdir(), 'attune-bridge-'))
let app: App
let client: Client

beforeAll(async () => {
  const places = placesBeside(join(root, 'src', 'main'))
  app = await openApp({
    home,
    resources: places.resources,
    version: places.version,
    fork: () => forkTrainer(places.trainer),
  })
  await app.ready
  const bridge = appBridge(app)
  client = clientOver({
    ask: async (name, input) => structuredClone(await bridge.ask(name, structuredClone(input))),
    after: (board, seq) => Promise.resolve(structuredClone(bridge.after(board, seq))),
    listen: (listener) => void app.board.listen((event) => listener(structuredClone(event) as Sequenced)),
  })
})
afterAll(async () => {
  await app.close()
  rmSync(home, { recursive: true, force: true })
})

test('the first start leaves the starter model and the sample pairs in place', async () => {
  const { models } = await client.ask('models.list', {})
  const sets = await client.ask('sets.list', {})
  expect(models.map(({ name, sample }) => [name, sample])).toEqual([['starter', true]])
  expect(sets.map(({ name, sample }) => [name, sample])).toEqual([['sample', true]])
  expect(sets[0]?.chosen).toBeGreaterThanOrEqual(200)
})

test('a command answers, and its event arrives', async () => {
  const changed: PairSet[] = []
  client.on('sets.changed', (set) => changed.push(set))
  const file = join(root, 'test', 'fixtures', 'gsm8k-200.jsonl')
  const report = await client.ask('pairs.import', { file, set: 'gsm8k' })
  expect(report.imported).toBeGreaterThan(190)
  await vi.waitFor(() => expect(changed.map(({ name }) => name)).toContain('gsm8k'))
})

test('a refusal arrives as a problem that says what to do', async () => {
  const asked = client.ask('models.add', { source: join(home, 'nowhere') })
  await expect(asked).rejects.toThrow(ProblemError)
  await expect(asked).rejects.toThrow('nowhere')
})

test('input is checked at the door, whatever the window sends', async () => {
  await expect(client.ask('pairs.list', { set: 'all' } as never)).rejects.toMatchObject({
    problem: { code: 'bad-input' },
  })
})

test('a run asked for in the first moment of a new home waits for the sample', async () => {
  const fresh = mkdtempSync(join(tmpdir(), 'attune-fresh-'))
  const places = placesBeside(join(root, 'src', 'main'))
  const young = await openApp({
    home: fresh,
    resources: places.resources,
    version: places.version,
    fork: () => forkTrainer(places.trainer),
  })
  try {
    await expect(young.ask('runs.start', samplePreset)).resolves.toMatchObject({ model: { name: 'starter' } })
  } finally {
    await young.close()
    rmSync(fresh, { recursive: true, force: true })
  }
})
