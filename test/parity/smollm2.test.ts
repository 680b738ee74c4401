// The real SmolLM2-135M, when its GGUF is at hand: log-probabilities, greedy text and gradients of PyTorch. All of it as graphs, which
// are what runs train with; op by op, which takes twice as long, the log-probabilities and one short text.
import { open } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { tensorsAlive } from '../ml/backend.ts'
import { lossAndGradients } from '../../src/ml/gradients.ts'
import { type LogProbOptions, responseLogProbs } from '../../src/ml/head/log-probs.ts'
import type { ModelConfig } from '../../src/ml/models/config.ts'
import { headWeight, hidden, rowTokens } from '../../src/ml/models/transformer.ts'
import { type Executor, type Program, type Sizes, type Tensors, floats } from '../../src/ml/program.ts'
import { generate } from '../../src/ml/sampling/generate.ts'
import * as tf from '../../src/ml/tf.ts'
import type { Checkpoint } from '../../src/ml/weights/checkpoint.ts'
import { openGguf } from '../../src/ml/weights/gguf-checkpoint.ts'
import { openWays } from './executors.ts'
import { type Ids, batchOf, fixture, sharedRow } from './tiny-models.ts'

const path = process.env['ATTUNE_SMOLLM2_GGUF']
const missing =
  'not run: SmolLM2-135M-Instruct.Q4_1.gguf could not be fetched, and ATTUNE_SMOLLM2_GGUF does not name it'

type Golden = {
  pairs: Ids[]
  fp64: { chosen_logps: number[]; rejected_logps: number[]; pair0_chosen_token_logps: number[] }
  greedy: { prompt_ids: number[]; ids: number[]; top2_gap: number[] }[]
  dpo_step: { grad_norm: number[]; param_grad_norm: Record<string, number> }
}

const row = ['B', 'T']
const rowSizes: Sizes = { ids: row, positions: row, units: row, branches: row, from: ['R'], targets: ['R'] }

function tokenLogps(
  config: ModelConfig,
  state: Tensors,
  inputs: Tensors,
  { gradient, trained }: { gradient: LogProbOptions['gradient']; trained: string[] },
) {
  const h = hidden(config, state, rowTokens(inputs), { trained })
  const read = tf.gather(h, inputs.from as tf.Tensor1D)
  const tile = read.shape[0] // All at once: as tiles their number would depend on a size.
  return responseLogProbs(read, headWeight(config, state), inputs.targets as tf.Tensor1D, { gradient, tile }).logps
}

for (const { way, open: openExecutor } of await openWays()) {
  const all = way === 'as graphs'
  const what = all ? way : `${way}, but for gradients and all texts save the shortest`
  test.skipIf(!path)(`SmolLM2 computes what PyTorch computes, ${what} (${path ?? missing})`, () =>
    expectPyTorch(openExecutor(), all),
  )
}

async function expectPyTorch(executor: Executor, all: boolean) {
  const before = tensorsAlive()
  const golden = await fixture<Golden>('smollm2')
  await using file = await open(path!)
  const { size } = await file.stat()
  const read = async (offset: number, length: number) => {
    const bytes = new Uint8Array(length)
    await file.read(bytes, 0, length, offset)
    return bytes
  }
  const model = await openGguf({ size, read }, 'SmolLM2')
  for (const name of model.names)
    executor.put(name, { dtype: 'float32', shape: model.shape(name), data: await model.tensor(name) })

  const logps: Program = {
    name: 'log-probs',
    sizes: rowSizes,
    run: (state, inputs) => ({
      updates: {},
      outputs: { logps: tokenLogps(model.config, state, inputs, { gradient: 'none', trained: [] }) },
    }),
  }
  for (const [i, pair] of golden.pairs.entries()) {
    const tokens = (await executor.run(logps, batchOf([sharedRow(pair)]))).logps!.data
    const chosen = Array.from(tokens.slice(0, pair.chosen_ids.length))
    const rejected = Array.from(tokens.slice(pair.chosen_ids.length))
    const sum = (xs: number[]) => xs.reduce((total, x) => total + x, 0)
    // PyTorch in float32 is itself up to 8e-4 from PyTorch in float64 on these sums.
    expect(Math.abs(sum(chosen) - golden.fp64.chosen_logps[i]!)).toBeLessThan(2e-3)
    expect(Math.abs(sum(rejected) - golden.fp64.rejected_logps[i]!)).toBeLessThan(2e-3)
    if (i > 0) continue
    golden.fp64.pair0_chosen_token_logps.forEach((wanted, t) =>
      expect(Math.abs(chosen[t]! - wanted)).toBeLessThan(2e-4),
    )
  }

  const texts = golden.greedy.toSorted((a, b) => a.ids.length - b.ids.length)
  for (const { prompt_ids, ids, top2_gap } of all ? texts : texts.slice(0, 1)) {
    const options = { maxTokens: ids.length, temperature: 0, seed: 1, eos: [] }
    const [text] = await generate(executor, model.config, [prompt_ids], options)
    // Where the two best tokens are closer than rounding, either may come, and the texts part.
    const close = top2_gap.findIndex((gap) => gap < 1e-3)
    const until = close < 0 ? ids.length : close
    expect(text!.slice(0, until)).toEqual(ids.slice(0, until))
  }

  if (all) await expectGradients(executor, model, golden)
  executor.dispose()
  expect(tensorsAlive()).toBe(before)
}

/** At the first step the policy is the reference: each pair's DPO gradient is that of -beta/2 (log pi+ - log pi-), averaged. */
async function expectGradients(executor: Executor, model: Checkpoint, golden: Golden) {
  const gradients: Program = {
    name: 'gradients',
    sizes: { ...rowSizes, shares: ['R'] },
    run(state, inputs) {
      const { grads } = lossAndGradients(model.names, state, (weights) => {
        const logps = tokenLogps(model.config, weights, inputs, { gradient: 'both', trained: model.names })
        return { loss: tf.sum(tf.mul(logps, inputs.shares!)) as tf.Scalar, aux: {} }
      })
      return { updates: {}, outputs: grads }
    },
  }
  const total: Record<string, Float32Array> = {}
  for (const pair of golden.pairs) {
    const share = 0.1 / 2 / golden.pairs.length
    const shares = floats([...pair.chosen_ids.map(() => -share), ...pair.rejected_ids.map(() => share)])
    const grads = await executor.run(gradients, { ...batchOf([sharedRow(pair)]), shares })
    for (const [name, { data }] of Object.entries(grads)) {
      const sum = (total[name] ??= new Float32Array(data.length))
      for (let i = 0; i < data.length; i++) sum[i]! += data[i]!
    }
  }
  const norm = (data: Float32Array) => Math.sqrt(data.reduce((sum, x) => sum + x * x, 0))
  const norms = Object.fromEntries(Object.entries(total).map(([name, data]) => [name, norm(data)]))
  expect(Math.hypot(...Object.values(norms)) / golden.dpo_step.grad_norm[0]!).toBeCloseTo(1, 3)
  for (const [name, wanted] of Object.entries(golden.dpo_step.param_grad_norm))
    expect(norms[name]! / wanted, name).toBeCloseTo(1, 2)
}
