// Generation on a small random model: the cache against reading the whole text again, batches against single prompts.
import { expect, test } from 'vitest'
import { openBackend, tensorsAlive } from '../backend.ts'
import { tinyConfig } from '../models/tiny-config.ts'
import { eagerExecutor } from '../../../src/ml/eager.ts'
import type { ModelConfig } from '../../../src/ml/models/config.ts'
import { initialLora, type LoraSettings } from '../../../src/ml/models/lora.ts'
import { initialWeights } from '../../../src/ml/models/shapes.ts'
import { headWeight, hidden, rowTokens } from '../../../src/ml/models/transformer.ts'
import { type Executor, type HostArrays, type Program, ints } from '../../../src/ml/program.ts'
import { generate, generatedTokens } from '../../../src/ml/sampling/generate.ts'
import { mostProbable } from '../../../src/ml/sampling/next-token.ts'
import * as tf from '../../../src/ml/tf.ts'

const backend = await openBackend()
const prompts = [[1, 5, 9], [1, 7], Array.from({ length: 34 }, (_, i) => 3 + (i % 30)), [1, 30, 31, 32]]
const qwen3: ModelConfig = { ...tinyConfig, family: 'qwen3', tied: false }
const gpt2: ModelConfig = { ...tinyConfig, family: 'gpt2', kvHeads: 4, headDim: 4, rope: null }

// Larger than a fresh model's weights, so that its distributions have a shape.
function loaded(config: ModelConfig, extra: HostArrays = {}) {
  const executor = eagerExecutor(backend)
  for (const [name, { shape, data }] of Object.entries({ ...initialWeights(config, 3), ...extra })) {
    executor.put(name, {
      dtype: 'float32',
      shape,
      data: Float32Array.from(data, (x) => (shape.length > 1 ? 12 * x : x)),
    })
  }
  return executor
}

const wholeText = (config: ModelConfig, lora?: LoraSettings): Program => ({
  name: 'whole text',
  run(state, inputs) {
    const h = hidden(config, state, rowTokens(inputs), {
      adapter: lora && { settings: lora, weights: state },
      trained: [],
    })
    const [N, D] = h.shape
    const last = tf.slice(h, [N - 1, 0], [1, D])
    return { updates: {}, outputs: { logits: tf.matMul(last, headWeight(config, state), false, true) } }
  },
})

async function greedyWithoutCache(
  config: ModelConfig,
  executor: ReturnType<typeof loaded>,
  prompt: number[],
  steps: number,
  lora?: LoraSettings,
) {
  const text = [...prompt]
  for (let i = 0; i < steps; i++) {
    const zeros = text.map(() => 0)
    const row = (values: number[]) => ints(values, [1, values.length])
    const inputs = { ids: row(text), positions: row(text.map((_, i) => i)), units: row(zeros), branches: row(zeros) }
    text.push(mostProbable((await executor.run(wholeText(config, lora), inputs)).logits!.data))
  }
  return text.slice(prompt.length)
}

test.each([tinyConfig, qwen3, gpt2])('the cache changes nothing, model $family', async (config) => {
  const before = tensorsAlive()
  const executor = loaded(config)
  const cached = await generate(executor, config, prompts, { maxTokens: 12, temperature: 0, seed: 1, eos: [] })
  for (const [i, prompt] of prompts.entries())
    expect(cached[i]).toEqual(await greedyWithoutCache(config, executor, prompt, 12))
  executor.dispose()
  expect(tensorsAlive()).toBe(before)
})

test('an adapter in the state is used when its settings are given', async () => {
  const lora: LoraSettings = { rank: 2, alpha: 4, targets: ['q_proj', 'down_proj'], dropout: 0.5 }
  const adapter = Object.fromEntries(
    Object.entries(initialLora(tinyConfig, lora, 5)).map(([name, { shape, data }]) => [
      name,
      { dtype: 'float32' as const, shape, data: Float32Array.from(data, (x, i) => x + 0.05 * Math.sin(i)) },
    ]),
  )
  const executor = loaded(tinyConfig, adapter)
  const options = { maxTokens: 8, temperature: 0, seed: 1, eos: [] }
  const [on] = await generate(executor, tinyConfig, [prompts[0]!], { ...options, adapter: lora })
  const [off] = await generate(executor, tinyConfig, [prompts[0]!], options)
  expect(on).toEqual(await greedyWithoutCache(tinyConfig, executor, prompts[0]!, 8, lora))
  expect(on).not.toEqual(off)
  executor.dispose()
})

test('a draw does not depend on the batch it is made in, and another seed gives another text', async () => {
  const executor = loaded(tinyConfig)
  const options = { maxTokens: 20, temperature: 0.9, topP: 0.95, topK: 30, seed: 11, eos: [] }
  const together = await generate(executor, tinyConfig, prompts, options)
  const pairs = await generate(executor, tinyConfig, prompts, { ...options, batch: 2 })
  const alone = await generate(executor, tinyConfig, prompts, { ...options, batch: 1 })
  expect(pairs).toEqual(together)
  expect(alone).toEqual(together)
  expect(await generate(executor, tinyConfig, prompts, { ...options, seed: 12 })).not.toEqual(together)
  executor.dispose()
})

test.each([1, 3, 8, 64])(
  'several answers to a prompt are those of the prompt asked for as often, %i at once',
  async (batch) => {
    const before = tensorsAlive()
    const executor = loaded(tinyConfig)
    const options = { maxTokens: 12, temperature: 1.2, seed: 6 }
    const repeated = prompts.flatMap((prompt) => [prompt, prompt, prompt, prompt, prompt])
    const asked = await generate(executor, tinyConfig, repeated, { ...options, batch: 1 })
    const shared = await generate(executor, tinyConfig, prompts, { ...options, batch, each: 5 })
    expect(shared).toEqual(asked)
    expect(new Set(shared.slice(0, 5).map((answer) => answer.join())).size).toBeGreaterThan(1)
    expect(executor.names().filter((name) => name.startsWith('cache/'))).toEqual([])
    executor.dispose()
    expect(tensorsAlive()).toBe(before)
  },
)

test('a long prompt is not read beside so many short ones that their padding takes the memory', async () => {
  const before = tensorsAlive()
  const executor = loaded(tinyConfig)
  const reads: number[][] = []
  const watched: Executor = {
    ...executor,
    run(program, inputs) {
      if (program.name === 'sampling.prompt') reads.push(inputs.ids!.shape)
      return executor.run(program, inputs)
    },
  }
  const many = [...Array.from({ length: 60 }, (_, i) => [1 + (i % 30)]), prompts[2]!, prompts[0]!]
  const options = { maxTokens: 2, temperature: 0, seed: 1, eos: [] }
  const answers = await generate(watched, tinyConfig, many, options)
  expect(reads).toEqual([
    [60, 1, 32],
    [2, 2, 32],
  ])
  expect(answers.slice(60)).toEqual(await generate(executor, tinyConfig, many.slice(60), options))
  executor.dispose()
  expect(tensorsAlive()).toBe(before)
})

test('parts of a list get what the whole would, told where they begin', async () => {
  const before = tensorsAlive()
  const executor = loaded(tinyConfig)
  const options = { maxTokens: 12, temperature: 1, seed: 4, eos: [] }
  const whole = await generate(executor, tinyConfig, prompts, options)
  const parts = [
    ...(await generate(executor, tinyConfig, prompts.slice(0, 3), options)),
    ...(await generate(executor, tinyConfig, prompts.slice(3), { ...options, first: 3 })),
  ]
  expect(parts).toEqual(whole)
  expect(await generate(executor, tinyConfig, prompts.slice(3), options)).not.toEqual(whole.slice(3))
  executor.dispose()
  expect(tensorsAlive()).toBe(before)
})

test('a response ends with its end token or at maxTokens, and the cache is gone afterwards', async () => {
  const executor = loaded(tinyConfig)
  const free = await generate(executor, tinyConfig, prompts, { maxTokens: 10, temperature: 0, seed: 1, eos: [] })
  const end = free[1]![4]!
  const ended = await generate(executor, tinyConfig, prompts, { maxTokens: 10, temperature: 0, seed: 1, eos: [end] })
  for (const [i, response] of free.entries()) {
    const at = response.indexOf(end)
    expect(ended[i]).toEqual(at < 0 ? response : response.slice(0, at + 1))
  }
  expect(executor.names().filter((name) => name.startsWith('cache/'))).toEqual([])
  executor.dispose()
})

test('an abort ends the stream before the next token and frees the cache', async () => {
  const before = tensorsAlive()
  const executor = loaded(tinyConfig)
  const signal = { aborted: false }
  const got: number[] = []
  for await (const { token } of generatedTokens(executor, tinyConfig, [[1, 2, 3]], {
    maxTokens: 50,
    seed: 1,
    eos: [],
    signal,
  })) {
    got.push(token)
    if (got.length === 3) signal.aborted = true
  }
  expect(got.length).toBe(3)
  for await (const _ of generatedTokens(executor, tinyConfig, [[1, 2, 3]], { maxTokens: 50, seed: 1, eos: [] })) break
  executor.dispose()
  expect(tensorsAlive()).toBe(before)
})

test.each([
  [[[]], { maxTokens: 3 }, 'Prompt 1 is empty'],
  [[[1], [40]], { maxTokens: 3 }, "Prompt 2 has token 40, which is not in the model's vocabulary of 40."],
  [[[1, 2]], { maxTokens: 95 }, "Prompt 1 has 2 tokens; with 95 more it does not fit the model's context of 96."],
  [[[1]], { maxTokens: 3, each: 0 }, 'Answers to a prompt must be 1 or more, got 0.'],
  [[[1]], { maxTokens: 0 }, 'maxTokens must be a whole number of at least 1, got 0.'],
])('prompts %j with %j are refused', async (wrong, options, message) => {
  const executor = eagerExecutor(backend)
  await expect(generate(executor, tinyConfig, wrong, { seed: 1, ...options })).rejects.toThrow(message)
})
