// Trains the starter model from nothing on problems it makes as it goes: next-token prediction on packed rows, AdamW, cosine.
// node starter/train.ts --to FOLDER [--minutes 20]; the model's own files are written to FOLDER.
import { mkdirSync, writeFileSync } from 'node:fs'
import { open, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import * as ml from '#ml'
import type { ModelConfig, Program, Tensors } from '#ml'
import { loadBackend } from '../src/main/trainer/engine/backend.ts'
import { problemAt } from './problems.ts'
import { encoded, END, tokenizerConfig, tokenizerJson, V } from './tokenizer.ts'

export const SEED = 20260101

export const config: ModelConfig = {
  family: 'llama',
  layers: 6,
  D: 144,
  heads: 6,
  kvHeads: 2,
  headDim: 24,
  F: 384,
  V,
  context: 256,
  normEps: 1e-5,
  tied: true,
  attentionBias: false,
  mlpBias: false,
  rope: { theta: 10000, scaling: null },
  bos: END,
  eos: [END],
  pad: END,
}

/** Tokens of a row, rows of a batch. A row holds several whole problems. */
const T = 176
const B = 16
const PEAK_RATE = 2e-3
const WARMUP = 100
/** Prompt tokens count a little: the model should know what questions look like, but answers are what it is for. */
const PROMPT_WEIGHT = 0.1
const adam = { beta1: 0.9, beta2: 0.98, epsilon: 1e-8, weightDecay: 0.05 }

/** Problems on their way into rows: `waiting` did not fit into the last batch. */
type Cursor = { next: number; waiting: Tokens[] }
type Tokens = { ids: number[]; answerFrom: number }

function tokensOf(index: number): Tokens {
  const { prompt, response } = problemAt(SEED, 'train', index)
  const question = encoded(prompt)
  return { ids: [...question, ...encoded(response), END], answerFrom: question.length }
}

/** The next batch of problems, packed first-fit into B rows of T tokens. */
function nextBatch(cursor: Cursor): ml.HostArrays {
  const ids = new Int32Array(B * T).fill(END)
  const positions = new Int32Array(B * T)
  const units = new Int32Array(B * T).fill(-1)
  const targets = new Int32Array(B * T)
  const weights = new Float32Array(B * T)
  const filled = new Int32Array(B)
  const held = new Int32Array(B)
  const early = cursor.waiting
  cursor.waiting = []
  while (cursor.waiting.length < B) {
    const { ids: tokens, answerFrom } = early.shift() ?? tokensOf(cursor.next++)
    const row = filled.findIndex((used) => used + tokens.length <= T)
    if (row < 0) {
      cursor.waiting.push({ ids: tokens, answerFrom })
      continue
    }
    tokens.forEach((token, index) => {
      const place = row * T + filled[row]! + index
      ids[place] = token
      positions[place] = index
      units[place] = held[row]!
      targets[place] = tokens[index + 1] ?? END
      weights[place] = index + 1 >= tokens.length ? 0 : index + 1 >= answerFrom ? 1 : PROMPT_WEIGHT
    })
    filled[row]! += tokens.length
    held[row]!++
  }
  const shape = [B, T]
  return {
    ids: ml.ints(ids, shape),
    positions: ml.ints(positions, shape),
    units: ml.ints(units, shape),
    branches: ml.ints(new Int32Array(B * T), shape),
    targets: ml.ints(targets, [B * T]),
    weights: ml.floats(weights, [B * T]),
  }
}

const { tf } = ml
const names = Object.keys(ml.parameterShapes(config))

/** One step: loss, gradient, clipping, AdamW. */
const step: Program = {
  name: 'starter step',
  run(state, inputs) {
    const { loss, grads } = ml.lossAndGradients(names, state, (weights) => {
      const h = ml.hidden(config, weights, ml.rowTokens(inputs), { trained: names }) // [N, D]
      const { logps } = ml.responseLogProbs(h, ml.headWeight(config, weights), inputs.targets as never, {
        gradient: 'both',
      })
      return { loss: tf.neg(tf.div(tf.sum(tf.mul(logps, inputs.weights!)), tf.sum(inputs.weights!))), aux: {} }
    })
    const factor = ml.clipFactor(ml.globalNorm(grads), 1)
    const updates: Record<string, Tensors[string]> = {}
    for (const name of names) {
      const slots = ml.adamwSlots(name)
      const parameter = state[name]!
      const next = ml.adamwStep(
        { parameter, grad: tf.mul(grads[name]!, factor), m: state[slots.m]!, v: state[slots.v]! },
        {
          stepSize: inputs.step_size as never,
          rootCorrection: inputs.root_correction as never,
          decay: ml.isDecayed(parameter.shape) ? (inputs.decay as never) : null,
        },
        adam,
      )
      Object.assign(updates, { [name]: next.parameter, [slots.m]: next.m, [slots.v]: next.v })
    }
    return { updates, outputs: { loss } }
  },
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { to: { type: 'string' }, minutes: { type: 'string', default: '20' } } })
  if (!values.to) throw new Error('Usage: node starter/train.ts --to FOLDER [--minutes 20]')
  const { backend } = await loadBackend()
  const executor = ml.eagerExecutor(backend)
  for (const [name, value] of Object.entries(ml.initialWeights(config, SEED))) {
    executor.put(name, value)
    const slots = ml.adamwSlots(name)
    for (const slot of [slots.m, slots.v])
      executor.put(slot, ml.floats(new Float32Array(value.data.length), value.shape))
  }
  console.log(`${(ml.parameterCount(config) / 1e6).toFixed(2)} M parameters, backend ${backend}`)

  const cursor: Cursor = { next: 0, waiting: [] }
  const begun = Date.now()
  const span = Number(values.minutes) * 60_000
  let update = 0
  for (let done = 0; done < 1;) {
    // The schedule follows the clock, so that a slower machine trains a weaker model and still ends at rate 0.
    done = Math.min(1, (Date.now() - begun) / span)
    const rate = PEAK_RATE * Math.min(1, (update + 1) / WARMUP) * 0.5 * (1 + Math.cos(Math.PI * done))
    update++
    const { loss } = await executor.run(step, { ...nextBatch(cursor), ...ml.adamwInputs(update, rate, adam) })
    if (update % 100 === 0)
      console.log(
        `update ${update}  problems ${cursor.next}  ${(100 * done).toFixed(1)} %  loss ${loss!.data[0]!.toFixed(4)}`,
      )
    if (update % 2000 === 0) await save(executor, values.to)
  }
  await save(executor, values.to)
  writeFileSync(
    join(values.to, 'training.json'),
    JSON.stringify(
      { seed: SEED, updates: update, problems: cursor.next, minutes: Number(values.minutes), backend },
      null,
      2,
    ) + '\n',
  )
  executor.dispose()
}

/** Writes the model as a Hugging Face folder. */
async function save(executor: ml.Executor, folder: string): Promise<void> {
  mkdirSync(folder, { recursive: true })
  const shapes = ml.parameterShapes(config)
  const file = join(folder, 'model.safetensors')
  const out = await open(`${file}.part`, 'w')
  const tensors = names.map((name) => ({ name, shape: shapes[name]! }))
  const data = async (name: string) => (await executor.read(name)).data as Float32Array
  for await (const bytes of ml.safetensorsBytes(tensors, data)) await out.write(bytes)
  await out.close()
  await rename(`${file}.part`, file)
  const json = (name: string, value: unknown) =>
    writeFileSync(join(folder, name), JSON.stringify(value, null, 2) + '\n')
  json('config.json', ml.huggingFaceConfig(config))
  json('tokenizer.json', tokenizerJson)
  json('tokenizer_config.json', tokenizerConfig)
  json('generation_config.json', { bos_token_id: END, eos_token_id: END, pad_token_id: END })
}

if (import.meta.main) await main()
