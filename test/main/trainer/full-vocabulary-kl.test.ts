// On the starter model: KL over the whole vocabulary along samples of the reference is what the sampled estimate is an estimate of.
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { generate, randomStream } from '#ml'
import { openModel } from '../../../src/main/trainer/model-files.ts'
import { putWeights } from '../../../src/main/trainer/policy.ts'
import { oneSidedUnit } from '../../../src/ml/data/units.ts'
import { initialLora, loraShapes, type LoraSettings } from '../../../src/ml/models/lora.ts'
import { scoringPrograms } from '../../../src/ml/recipes/programs.ts'
import { scoredBatches } from '../../../src/ml/recipes/scoring.ts'
import { tensorsAlive } from '../../ml/backend.ts'
import { openWays } from '../../parity/executors.ts'

const resource = (name: string) => fileURLToPath(new URL(`../../../resources/${name}`, import.meta.url))
const way = (await openWays()).at(-1)!
const model = await openModel(resource('starter'))
const { config } = model.checkpoint
const lora: LoraSettings = { rank: 4, alpha: 8, targets: ['q_proj', 'v_proj', 'down_proj'], dropout: 0 }
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
const standardError = (values: readonly number[]) =>
  Math.sqrt(mean(values.map((value) => (value - mean(values)) ** 2)) / (values.length - 1))

test('within its standard error, and less spread', { timeout: 120_000 }, async () => {
  const before = tensorsAlive()
  const executor = way.open()
  await putWeights(executor, model, { without: new Set(), stop: new AbortController().signal, doing: () => {} })
  for (const [name, value] of Object.entries(initialLora(config, lora, 1))) executor.put(name, value)
  for (const [name, shape] of Object.entries(loraShapes(config, lora))) {
    if (!name.includes('lora_B')) continue
    const data = Float32Array.from({ length: shape[0]! * shape[1]! }, (_, i) => 0.03 * randomStream(1, name).normal(i))
    executor.put(name, { dtype: 'float32', shape, data })
  }
  const lines = readFileSync(resource('sample-pairs.jsonl'), 'utf8').trim().split('\n')
  const prompts = lines
    .slice(0, 24)
    .map((line) => model.tokenizer.encode((JSON.parse(line) as { prompt: string }).prompt))
  const answers = await generate(executor, config, prompts, { maxTokens: 32, each: 4, seed: 1, batch: 32 })
  const items = answers.map((answer, i) => ({ unit: oneSidedUnit(prompts[Math.floor(i / 4)]!, answer), i }))
  const programs = scoringPrograms(config, lora)
  const reference = new Map<number, { logp: number; states: Float32Array }>()
  for await (const batch of scoredBatches(executor, programs.reference, items, { known: () => 'unknown' }))
    for (const { item, chosen, compared } of batch)
      reference.set(item.i, { logp: chosen.logp, states: compared!.states })
  const [sampled, whole]: [number[], number[]] = [[], []]
  const known = ({ i }: { i: number }) => reference.get(i)!.states
  for await (const batch of scoredBatches(executor, programs.policy, items, { known }))
    for (const { item, chosen, compared } of batch) {
      sampled.push(reference.get(item.i)!.logp - chosen.logp)
      whole.push(compared!.kl!)
    }
  executor.dispose()
  expect(tensorsAlive()).toBe(before)
  const apart = sampled.map((value, i) => value - whole[i]!)
  expect(sampled.length).toBe(96)
  expect(Math.min(...whole)).toBeGreaterThan(0)
  expect(mean(whole)).toBeGreaterThan(3 * standardError(whole))
  expect(Math.abs(mean(apart))).toBeLessThan(2 * standardError(apart))
  expect(standardError(whole)).toBeLessThan(0.6 * standardError(sampled))
})
