// The model out: the adapter's names, shapes and config as PEFT makes them, and the merged folder as the model it came from.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Run } from '#contract'
import { readSafetensorsHeader, readTensor } from '#ml'
import { diskSource } from '../../../src/main/trainer/files.ts'
import { fixture, openRunHome, over, request, tinySettings, type RunHome } from './run-home.ts'

let home: RunHome
let lora: Run
beforeAll(async () => {
  home = await openRunHome()
  lora = await home.runs.handlers['runs.start'](request({ ...tinySettings, steps: 4 }))
  await home.until(lora.id, ...over)
})
afterAll(() => home.close())

const json = (path: string) => JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>
const tensors = async (path: string) => {
  const source = await diskSource(path)
  const entries = await readSafetensorsHeader(source)
  const values = async (name: string) => readTensor(source, entries.get(name)!)
  return {
    entries,
    values,
    shapes: Object.fromEntries([...entries].map(([name, { shape, dtype }]) => [name, [dtype, ...shape]])),
  }
}
const carry = (run: Run, format: 'peft' | 'merged', name: string) =>
  home.runs.handlers['runs.export']({ run: run.id, format, to: join(home.home, name) })

test('the adapter has the names, shapes and config keys of one that PEFT made', async () => {
  const { folder } = await carry(lora, 'peft', 'adapter')
  const [own, theirs] = await Promise.all(
    [folder, fixture('tiny-llama-lora')].map((at) => tensors(join(at, 'adapter_model.safetensors'))),
  )
  expect(own!.shapes).toEqual(theirs!.shapes)
  const config = json(join(folder, 'adapter_config.json'))
  const expected = json(join(fixture('tiny-llama-lora'), 'adapter_config.json'))
  expect(Object.keys(config).toSorted()).toEqual(Object.keys(expected).toSorted())
  const sorted = (value: Record<string, unknown>) => ({
    ...value,
    base_model_name_or_path: '',
    target_modules: (value.target_modules as string[]).toSorted(),
  })
  expect(sorted(config)).toEqual(sorted(expected))
  expect(config.base_model_name_or_path).toBe(fixture('tiny-llama'))
})

test('the merged folder is the model with the adapter folded in, tokenizer and all', async () => {
  const { folder } = await carry(lora, 'merged', 'merged')
  const { folder: adapter } = await carry(lora, 'peft', 'adapter-again')
  const merged = await tensors(join(folder, 'model.safetensors'))
  const base = await tensors(join(fixture('tiny-llama'), 'model.safetensors'))
  const delta = await tensors(join(adapter, 'adapter_model.safetensors'))
  expect(merged.shapes).toEqual(base.shapes)
  const module = 'model.layers.1.mlp.down_proj'
  const [W, M] = [await base.values(`${module}.weight`), await merged.values(`${module}.weight`)]
  const A = await delta.values(`base_model.model.${module}.lora_A.weight`)
  const B = await delta.values(`base_model.model.${module}.lora_B.weight`)
  const inputs = 112
  const changed = [0, 1, 500, 7000].map((at) => {
    const [o, i] = [Math.floor(at / inputs), at % inputs]
    return [0, 1, 2, 3].reduce((sum, r) => sum + 2 * B[o * 4 + r]! * A[r * inputs + i]!, W[at]!)
  })
  changed.forEach((value, n) => expect(M[[0, 1, 500, 7000][n]!]).toBeCloseTo(value, 6))
  expect(M).not.toEqual(W)
  expect(await merged.values('model.norm.weight')).toEqual(await base.values('model.norm.weight'))
  for (const name of ['config.json', 'tokenizer.json', 'tokenizer_config.json', 'generation_config.json'])
    expect(existsSync(join(folder, name)), name).toBe(true)
  expect(await home.context.trainer.ask('inspect', { location: folder })).toMatchObject({
    family: 'llama',
    precision: 'F32',
  })
})

test('a place that holds something is refused, and so is an adapter of a run that has none', async () => {
  await carry(lora, 'peft', 'taken')
  await expect(carry(lora, 'peft', 'taken')).rejects.toThrow(/There is something in this place already/)
  const { lora_rank: _r, lora_alpha: _a, ...rest } = tinySettings
  const full = await home.runs.handlers['runs.start'](request({ ...rest, tuning: 'full', steps: 2 }))
  await home.until(full.id, ...over)
  await expect(carry(full, 'peft', 'none')).rejects.toThrow(
    /all weights has no adapter to export as PEFT\. Export it as merged\.$/,
  )
  expect(existsSync(join(home.home, 'none'))).toBe(false)
  const { folder } = await carry(full, 'merged', 'full')
  const [own, theirs] = [
    await tensors(join(folder, 'model.safetensors')),
    await tensors(join(fixture('tiny-llama'), 'model.safetensors')),
  ]
  expect(own.shapes).toEqual(theirs.shapes)
  const name = 'model.norm.weight'
  expect(await own.values(name)).not.toEqual(await theirs.values(name))
})
