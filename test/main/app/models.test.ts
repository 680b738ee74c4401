// Models: added from folders and GGUF files, names kept apart, bad files refused in a line, only fetched files deleted.
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { firstStart } from '../../../src/main/app/first-start.ts'
import { modelHandlers } from '../../../src/main/app/models.ts'
import { fixture, openRunHome, type RunHome } from './run-home.ts'

let home: RunHome
let handlers: ReturnType<typeof modelHandlers>
beforeAll(async () => {
  home = await openRunHome()
  handlers = modelHandlers(home.context)
})
afterAll(() => home.close())

const add = async (source: string, name: string | null = null) => handlers['models.add']({ source, name })
const refusal = (source: string, name: string | null = null) =>
  add(source, name).then(
    ({ name }) => `${name} was taken`,
    (thrown: Error) => thrown.message,
  )

test('a folder becomes a model with its facts, under its own name or a given one, once', async () => {
  const model = await add(fixture('tiny-qwen2'))
  expect(model).toMatchObject({
    name: 'tiny-qwen2',
    family: 'qwen2',
    layers: 2,
    context: 128,
    precision: 'F32',
    location: fixture('tiny-qwen2'),
    chatTemplate: false,
    sample: false,
  })
  expect(model.modelHash).toMatch(/^[0-9a-f]{64}$/)
  expect(await refusal(fixture('tiny-qwen2'))).toMatch(
    /^tiny-qwen2: There is a model of this name already\. Give it another/,
  )
  const again = await add(fixture('tiny-qwen2'), 'other')
  expect([again.name, again.modelHash]).toEqual(['other', model.modelHash])
  const { models, catalog } = await handlers['models.list']({})
  expect(models.map(({ name }) => name)).toEqual(['tiny', 'tiny-qwen2', 'other'])
  expect(Object.keys(catalog[0]!).toSorted()).toEqual(['bytes', 'label', 'licence', 'name', 'note', 'parameters'])
})

test('bad files are refused in one line that names the place, and nothing is kept', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'attune-'))
  const place = (name: string) => join(folder, name)
  cpSync(fixture('tiny-llama'), place('cut'), { recursive: true })
  truncateSync(join(place('cut'), 'model.safetensors'), 1000)
  cpSync(fixture('tiny-llama'), place('alien'), { recursive: true })
  const config = JSON.parse(readFileSync(join(place('alien'), 'config.json'), 'utf8')) as object
  writeFileSync(join(place('alien'), 'config.json'), JSON.stringify({ ...config, model_type: 'mamba' }))
  mkdirSync(place('empty'))
  writeFileSync(place('absurd.gguf'), Buffer.concat([Buffer.from('GGUF\x03\0\0\0'), Buffer.alloc(16, 0xff)]))
  const before = home.context.store.models.list().length
  for (const [name, line] of [
    ['cut', /cut off/],
    ['alien', /mamba/],
    ['empty', /has no config\.json/],
    ['absurd.gguf', /absurd\.gguf/],
    ['nowhere', /There is no such file or folder/],
  ] as const) {
    const said = await refusal(place(name))
    expect(said.startsWith(`${place(name)}: `), said).toBe(true)
    expect(said).toMatch(line)
    expect(said).not.toContain('\n')
  }
  expect(home.context.store.models.list()).toHaveLength(before)
  rmSync(folder, { recursive: true })
})

test('removing deletes files that Attune fetched, and no others', async () => {
  const fetched = join(home.home, 'models', 'fetched', 'tiny')
  cpSync(fixture('tiny-gpt2'), fetched, { recursive: true })
  const first = await add(fetched, 'first')
  const second = await add(fetched, 'second')
  await handlers['models.remove']({ model: first.id })
  expect(existsSync(fetched)).toBe(true)
  await handlers['models.remove']({ model: second.id })
  expect(existsSync(join(home.home, 'models', 'fetched'))).toBe(false)
  const own = mkdtempSync(join(tmpdir(), 'attune-'))
  cpSync(fixture('tiny-gpt2'), own, { recursive: true })
  const mine = await add(own, 'mine')
  await handlers['models.remove']({ model: mine.id })
  expect(existsSync(join(own, 'config.json'))).toBe(true)
  rmSync(own, { recursive: true })
  await expect(async () => handlers['models.remove']({ model: mine.id })).rejects.toThrow(/There is no such model/)
})

test('the first start puts model and pairs in place once; what is removed stays away', async () => {
  const resources = mkdtempSync(join(tmpdir(), 'attune-'))
  const context = { ...home.context, resources }
  const models = modelHandlers(context)
  await firstStart(context)
  expect(home.context.store.models.byName('starter')).toBe(null)
  cpSync(fixture('tiny-llama'), join(resources, 'starter'), { recursive: true })
  const pairs = [1, 2].map((n) => JSON.stringify({ prompt: `${n}?`, chosen: `${n}`, rejected: 'no' }))
  writeFileSync(join(resources, 'sample-pairs.jsonl'), pairs.join('\n') + '\n')
  await firstStart(context)
  const starter = home.context.store.models.byName('starter')!
  expect(starter).toMatchObject({ sample: true, location: join(resources, 'starter') })
  expect(home.context.store.sets.byName('sample')).toMatchObject({ sample: true, pairs: 2, chosen: 2 })

  const moved = mkdtempSync(join(tmpdir(), 'attune-'))
  cpSync(resources, moved, { recursive: true })
  await firstStart({ ...context, resources: moved })
  expect(home.context.store.models.byId(starter.id)?.location).toBe(join(moved, 'starter'))

  await models['models.remove']({ model: starter.id })
  await firstStart(context)
  expect(home.context.store.models.byName('starter')).toBe(null)
  for (const folder of [resources, moved]) rmSync(folder, { recursive: true })
})
