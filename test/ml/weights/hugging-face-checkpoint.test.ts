// Hugging Face folders: whole and sharded, with and without the causal model's prefix, and folders that cannot be models.
import { readFile, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openHuggingFace } from '../../../src/ml/weights/hugging-face-checkpoint.ts'
import { safetensorsBytes, type TensorPlan } from '../../../src/ml/weights/safetensors-writing.ts'
import { type Folder, memorySource } from '../../../src/ml/weights/source.ts'

type Files = Record<string, Uint8Array>

async function fixture(name: string): Promise<Files> {
  const at = join(import.meta.dirname, '../../parity/fixtures', name)
  const names = await readdir(at)
  return Object.fromEntries(
    await Promise.all(names.map(async (file) => [file, new Uint8Array(await readFile(join(at, file)))] as const)),
  )
}

function folder(files: Files): Folder {
  return {
    list: async () => Object.keys(files),
    open: async (name) => memorySource(files[name]!),
    text: async (name) => new TextDecoder().decode(files[name]!),
  }
}

const bytes = (value: unknown) => new TextEncoder().encode(JSON.stringify(value))

async function safetensors(plan: TensorPlan[], values: (name: string) => Promise<Float32Array>): Promise<Uint8Array> {
  const parts: Uint8Array[] = []
  for await (const part of safetensorsBytes(plan, values)) parts.push(part)
  return new Uint8Array(Buffer.concat(parts))
}

test.each([
  ['tiny-llama', 21, 100672],
  ['tiny-qwen2', 26, 0],
  ['tiny-gpt2', 28, 0],
])('%s opens with all its tensors', async (name, count, parameters) => {
  const model = await openHuggingFace(folder(await fixture(name)))
  expect(model.names).toHaveLength(count)
  let sum = 0
  for (const each of model.names) {
    const data = await model.tensor(each)
    expect(data.every(Number.isFinite)).toBe(true)
    sum += data.length
  }
  if (parameters) expect(sum).toBe(parameters)
  expect(model.storedBytes).toBe(sum * 4)
  expect(model.tokenizer.config['eos_token']).toBe('Ā')
  expect(() => model.shape('nothing')).toThrow('the model has no tensor "nothing"')
})

test('a sharded folder gives the same tensors as a whole one', async () => {
  const files = await fixture('tiny-llama')
  const whole = await openHuggingFace(folder(files))
  const plan = whole.names.map((name) => ({ name, shape: whole.shape(name) }))
  const shards = {
    'model-00001-of-00002.safetensors': plan.slice(0, 9),
    'model-00002-of-00002.safetensors': plan.slice(9),
  }
  const { 'model.safetensors': _, ...sharded } = files
  const weightMap: Record<string, string> = {}
  for (const [file, part] of Object.entries(shards)) {
    sharded[file] = await safetensors(part, whole.tensor)
    for (const { name } of part) weightMap[name] = file
  }
  sharded['model.safetensors.index.json'] = bytes({ weight_map: weightMap })
  const model = await openHuggingFace(folder(sharded))
  expect(model.names).toEqual(whole.names)
  for (const name of whole.names) expect(await model.tensor(name)).toEqual(await whole.tensor(name))
  delete sharded['model-00002-of-00002.safetensors']
  await expect(openHuggingFace(folder(sharded))).rejects.toThrow(
    /names "model-00002-of-00002.safetensors", which is not/,
  )
})

test('GPT-2 as on the hub: no prefix, causal masks among the weights', async () => {
  const files = await fixture('tiny-gpt2')
  const whole = await openHuggingFace(folder(files))
  const bare = (name: string) => name.replace(/^transformer\./, '')
  const plan: TensorPlan[] = whole.names.map((name) => ({ name: bare(name), shape: whole.shape(name) }))
  plan.push({ name: 'h.0.attn.bias', shape: [1, 1, 4, 4] }, { name: 'h.1.attn.masked_bias', shape: [] })
  const values = async (name: string) =>
    name.endsWith('bias') && plan.slice(-2).some((each) => each.name === name)
      ? new Float32Array(name === 'h.0.attn.bias' ? 16 : 1)
      : whole.tensor(`transformer.${name}`)
  const model = await openHuggingFace(folder({ ...files, 'model.safetensors': await safetensors(plan, values) }))
  expect(model.names).toEqual(whole.names)
  expect(await model.tensor('transformer.h.1.attn.c_attn.bias')).toEqual(
    await whole.tensor('transformer.h.1.attn.c_attn.bias'),
  )
})

test.each<[string, (files: Files) => Files | Promise<Files>, RegExp]>([
  ['without config.json', ({ 'config.json': _, ...rest }) => rest, /no config\.json/],
  ['with an adapter only', () => ({ 'adapter_config.json': bytes({}) }), /PEFT adapter, not a model/],
  ['without weights', ({ 'model.safetensors': _, ...rest }) => rest, /neither model\.safetensors nor/],
  [
    'with pickles',
    ({ 'model.safetensors': _, ...rest }) => ({ ...rest, 'pytorch_model.bin': new Uint8Array(4) }),
    /pickles only, which can execute code/,
  ],
  ['without tokenizer.json', ({ 'tokenizer.json': _, ...rest }) => rest, /no tokenizer\.json/],
  [
    'with broken JSON',
    (files) => ({ ...files, 'config.json': new TextEncoder().encode('{') }),
    /config\.json is not valid JSON/,
  ],
  [
    'cut off',
    (files) => ({ ...files, 'model.safetensors': files['model.safetensors']!.slice(0, 9000) }),
    /cut off or damaged/,
  ],
  [
    'with a tensor missing',
    async (files) => ({
      ...files,
      'model.safetensors': await safetensors(
        [{ name: 'model.norm.weight', shape: [64] }],
        async () => new Float32Array(64),
      ),
    }),
    /no tensor "model\.embed_tokens\.weight", which a llama model of this config needs/,
  ],
  [
    'with another shape',
    (files) => ({ ...files, 'config.json': bytes({ ...json(files), vocab_size: 300 }) }),
    /has the shape \[256, 64\], the config says \[300, 64\]/,
  ],
  [
    'with more layers than its config says',
    (files) => ({ ...files, 'config.json': bytes({ ...json(files), num_hidden_layers: 1 }) }),
    /has 9 tensors that a llama model does not use, such as "model\.layers\.1/,
  ],
])('a folder %s is refused in one line', async (_name, change, line) => {
  const files = await change(await fixture('tiny-llama'))
  const problem = await openHuggingFace(folder(files)).catch((error: Error) => error.message)
  expect(problem).toMatch(line)
  expect(problem).not.toMatch(/\n/)
})

function json(files: Files): object {
  return JSON.parse(new TextDecoder().decode(files['config.json']!))
}
