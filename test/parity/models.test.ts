// The models against PyTorch, under each executor: logits, log-probabilities, gradients, adapters, and packed layouts against rows.
import { describe, expect, test } from 'vitest'
import { tensorsAlive } from '../ml/backend.ts'
import { executorWith } from '../ml/recipes/runs.ts'
import { lossAndGradients } from '../../src/ml/gradients.ts'
import { responseLogProbs } from '../../src/ml/head/log-probs.ts'
import type { ModelConfig } from '../../src/ml/models/config.ts'
import { loraNames, loraShapes, mergedWeight, type Adapter, type LoraSettings } from '../../src/ml/models/lora.ts'
import { parameterCount, parameterShapes } from '../../src/ml/models/shapes.ts'
import { headWeight, hidden, rowTokens } from '../../src/ml/models/transformer.ts'
import type { HostArrays, Program, Tensors } from '../../src/ml/program.ts'
import { floats } from '../../src/ml/program.ts'
import { generate } from '../../src/ml/sampling/generate.ts'
import * as tf from '../../src/ml/tf.ts'
import { openWays } from './executors.ts'
import {
  type Golden,
  type Ids,
  type Row,
  type Step,
  batchOf,
  configs,
  fixture,
  fixtureWeights,
  packed,
  sharedRow,
} from './tiny-models.ts'

const ways = await openWays()

const settings: LoraSettings = {
  rank: 4,
  alpha: 8,
  dropout: 0,
  targets: ['q_proj', 'k_proj', 'v_proj', 'o_proj', 'gate_proj', 'up_proj', 'down_proj'],
}

/** The chosen of all pairs, then the rejected: one row each, as PyTorch had them. */
const separateRows = (pairs: Ids[]) => [1, 2].flatMap((branch) => pairs.map((pair) => sharedRow(pair, 0, [branch])))

const adapterOf = (state: Tensors, lora: boolean): Adapter | undefined =>
  lora ? { settings, weights: state } : undefined

function logitsProgram(config: ModelConfig, lora = false): Program {
  return {
    name: 'logits',
    run(state, inputs) {
      const h = hidden(config, state, rowTokens(inputs), { adapter: adapterOf(state, lora), trained: [] })
      return { updates: {}, outputs: { logits: tf.matMul(h, headWeight(config, state), false, true) } } // [N, V]
    },
  }
}

function tokenLogps(config: ModelConfig, state: Tensors, inputs: Tensors, lora: boolean, trained?: readonly string[]) {
  const h = hidden(config, state, rowTokens(inputs), { adapter: adapterOf(state, lora), trained: trained ?? [] })
  const read = tf.gather(h, inputs.from as tf.Tensor1D)
  return responseLogProbs(read, headWeight(config, state), inputs.targets as tf.Tensor1D, {
    gradient: trained && !lora ? 'both' : 'hidden',
    tile: 7,
  }).logps
}

const logpsProgram = (config: ModelConfig, lora = false): Program => ({
  name: 'log-probs',
  run: (state, inputs) => ({ updates: {}, outputs: { logps: tokenLogps(config, state, inputs, lora) } }),
})

/** DPO at beta 0.1 on summed log-probabilities; `groups` [sequences, tokens] sums tokens into sequences. */
const gradientProgram = (config: ModelConfig, names: string[], lora = false): Program => ({
  name: 'gradients',
  run(state, inputs) {
    const { loss, aux, grads } = lossAndGradients(names, state, (weights) => {
      const tokens = tokenLogps(config, weights, inputs, lora, names)
      const logps = tf.reshape(tf.matMul(inputs.groups as tf.Tensor2D, tf.reshape(tokens, [-1, 1])), [2, -1])
      const [chosen, rejected] = tf.split(tf.sub(logps, tf.reshape(inputs.reference!, logps.shape)), 2)
      const loss = tf.mean(tf.softplus(tf.mul(tf.sub(chosen!, rejected!), -0.1))) as tf.Scalar
      return { loss, aux: { logps } }
    })
    return { updates: {}, outputs: { loss, ...aux, ...grads } }
  },
})

/** Which tokens belong to which sequence, as a matrix of zeros and ones. */
function groupsOf(rows: Row[]) {
  const keys = rows.flatMap((row, r) => row.targets.map(({ unit, branch }) => `${r} ${unit} ${branch}`))
  const groups = [...new Set(keys)]
  return floats(
    groups.flatMap((group) => keys.map((key) => Number(key === group))),
    [groups.length, keys.length],
  )
}

const sums = (tokens: ArrayLike<number>, rows: Row[]): number[] => {
  const { data, shape } = groupsOf(rows)
  const width = shape[1]!
  return Array.from({ length: shape[0]! }, (_, g) =>
    Array.from(tokens).reduce((sum, x, i) => sum + x * data[g * width + i]!, 0),
  )
}

function expectClose(actual: ArrayLike<number>, wanted: ArrayLike<number>, tolerance: number) {
  expect(actual.length).toBe(wanted.length)
  const worst = Math.max(...Array.from(actual, (x, i) => Math.abs(x - wanted[i]!)))
  expect(worst).toBeLessThan(tolerance)
}

const norm = (data: ArrayLike<number>) => Math.sqrt(Array.from(data).reduce((sum, x) => sum + x * x, 0))

function expectGradients(outputs: HostArrays, step: Step, nameOf = (name: string) => name) {
  let total = 0
  for (const [golden, wanted] of Object.entries(step.step0_param_grad_norm)) {
    const data = outputs[nameOf(golden)]!.data
    total += norm(data) ** 2
    expect(Math.abs(norm(data) - wanted), golden).toBeLessThan(1e-3 * wanted + 1e-6)
    step.step0_param_grad_first4[golden]!.forEach((x, i) => {
      expect(Math.abs(data[i]! - x), `${golden}[${i}]`).toBeLessThan(1e-3 * Math.abs(x) + 1e-5 * wanted + 1e-7)
    })
  }
  expect(outputs.loss!.data[0]).toBeCloseTo(step.loss[0]!, 5)
  return Math.sqrt(total)
}

for (const [name, config] of Object.entries(configs)) {
  describe(name, async () => {
    const file = await fixture<{ token_ids: Ids[]; params: number; fp32: Golden }>(name)
    const weights = await fixtureWeights(`${name}/model.safetensors`)
    const golden = file.fp32
    const rows = separateRows(file.token_ids)

    test('has the names and shapes of the checkpoint', () => {
      const shapes = Object.fromEntries(Object.entries(weights).map(([name, { shape }]) => [name, shape]))
      expect(parameterShapes(config)).toEqual(shapes)
      expect(parameterCount(config)).toBe(file.params)
    })

    describe.each(ways)('$way', ({ open }) => {
      test('gives the logits and log-probabilities of PyTorch', async () => {
        const before = tensorsAlive()
        const executor = executorWith(open(), weights)
        const { logits } = await executor.run(logitsProgram(config), batchOf([rows[0]!]))
        const at = (t: number) => logits!.data.subarray(t * config.V, (t + 1) * config.V)
        golden.logits_seq0_first8.forEach((wanted, t) => expectClose(at(t).subarray(0, 8), wanted, 1e-4))

        const longest = await executor.run(logitsProgram(config), batchOf([rows[3]!]))
        expectClose(longest.logits!.data.subarray(-config.V), golden.logits_last_full, 1e-4)

        const { logps } = await executor.run(logpsProgram(config), batchOf(rows))
        expectClose(sums(logps!.data, rows), golden.logps, 1e-4)
        const third = await executor.run(logpsProgram(config), batchOf([rows[3]!]))
        expectClose(third.logps!.data, golden.token_logps_seq3, 1e-4)
        executor.dispose()
        expect(tensorsAlive()).toBe(before)
      })

      test('gives the gradients of PyTorch', async () => {
        const before = tensorsAlive()
        const executor = executorWith(open(), weights)
        const inputs = { ...batchOf(rows), groups: groupsOf(rows), reference: floats(golden.wd0.ref_logps) }
        expectGradients(await executor.run(gradientProgram(config, Object.keys(weights)), inputs), golden.wd0)
        executor.dispose()
        expect(tensorsAlive()).toBe(before)
      })

      test('continues a prompt greedily as PyTorch does, alone and beside others', async () => {
        const before = tensorsAlive()
        const executor = executorWith(open(), weights)
        const prompts = file.token_ids.map(({ prompt_ids }) => prompt_ids)
        const options = { maxTokens: 16, temperature: 0, seed: 1, eos: [] }
        expect(await generate(executor, config, [prompts[3]!], options)).toEqual([golden.greedy16_prompt3])
        expect((await generate(executor, config, prompts, options))[3]).toEqual(golden.greedy16_prompt3)
        executor.dispose()
        expect(tensorsAlive()).toBe(before)
      })

      test('a shared prompt and packed units change nothing', async () => {
        const executor = executorWith(open(), weights)
        const program = logpsProgram(config)
        const plain = await executor.run(program, batchOf(rows))
        const separate = sums(plain.logps!.data, rows)
        const shared = file.token_ids.map((pair) => sharedRow(pair))
        const together = [packed([shared[0]!, shared[2]!]), packed([shared[3]!, shared[1]!])]
        const one = sums((await executor.run(program, batchOf(shared))).logps!.data, shared)
        const two = sums((await executor.run(program, batchOf(together, 100))).logps!.data, together)
        const n = file.token_ids.length
        const inOrder = (pairs: number[]) => pairs.flatMap((pair) => [separate[pair]!, separate[n + pair]!])
        expectClose(one, inOrder([0, 1, 2, 3]), 1e-5)
        expectClose(two, inOrder([0, 2, 3, 1]), 1e-5)
        executor.dispose()
      })
    })
  })
}

describe('tiny-llama-lora', async () => {
  type On = {
    logps_adapter_on: number[]
    logps_adapter_off: number[]
    logps_merged: number[]
    logits_last_full: number[]
    wd0: Step
  }
  const file = await fixture<{ token_ids: Ids[]; fp32: On; fresh_fp32: Step }>('tiny-llama-lora')
  const config = configs['tiny-llama']
  const base = await fixtureWeights('tiny-llama/model.safetensors')
  const lora = await fixtureWeights('tiny-llama-lora/adapter_model.safetensors')
  const fresh = await fixtureWeights('tiny-llama-lora-fresh/adapter_model.safetensors')
  const rows = separateRows(file.token_ids)
  const plainName = (name: string) => name.replace('.default.', '.')

  describe.each(ways)('$way', ({ open }) => {
    test('on, off and merged give the log-probabilities of PEFT', async () => {
      expect(loraShapes(config, settings)).toEqual(
        Object.fromEntries(Object.entries(lora).map(([name, { shape }]) => [name, shape])),
      )
      const executor = executorWith(open(), { ...base, ...lora })
      const on = await executor.run(logpsProgram(config, true), batchOf(rows))
      const off = await executor.run(logpsProgram(config, false), batchOf(rows))
      expectClose(sums(on.logps!.data, rows), file.fp32.logps_adapter_on, 1e-4)
      expectClose(sums(off.logps!.data, rows), file.fp32.logps_adapter_off, 1e-4)
      for (const [name, value] of Object.entries(base)) {
        const { A, B } = loraNames(name.replace(/\.weight$/, ''))
        if (lora[A] && lora[B]) executor.put(name, mergedWeight(value, lora[A], lora[B], 2))
      }
      const merged = await executor.run(logpsProgram(config, false), batchOf(rows))
      expectClose(sums(merged.logps!.data, rows), file.fp32.logps_merged, 1e-4)
      executor.dispose()
    })

    test.each([
      ['a trained adapter', lora, file.fp32.wd0],
      ['a fresh adapter', fresh, file.fresh_fp32],
    ])('%s gives the gradients of PEFT', async (_, adapter, step) => {
      const before = tensorsAlive()
      const executor = executorWith(open(), { ...base, ...adapter })
      const inputs = { ...batchOf(rows), groups: groupsOf(rows), reference: floats(step.ref_logps) }
      const outputs = await executor.run(gradientProgram(config, Object.keys(adapter), true), inputs)
      expectGradients(outputs, step, plainName)
      executor.dispose()
      expect(tensorsAlive()).toBe(before)
    })
  })
})
