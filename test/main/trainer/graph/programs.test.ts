// Every program of ml under both executors: recorded as a TensorFlow graph it gives what it gives op by op.
import { expect, test } from 'vitest'
import { eagerExecutor, floats, ints, type Executor, type HostArrays, type Program } from '#ml'
import { graphExecutor } from '../../../../src/main/trainer/engine/graph/graph-executor.ts'
import { collate } from '../../../../src/ml/data/collate.ts'
import type { Unit } from '../../../../src/ml/data/units.ts'
import { defaultTargets, initialLora, loraShapes } from '../../../../src/ml/models/lora.ts'
import { initialWeights, parameterShapes } from '../../../../src/ml/models/shapes.ts'
import { adamwInputs, adamwSlots } from '../../../../src/ml/optim/adamw.ts'
import { besides } from '../../../../src/ml/recipes/scoring.ts'
import type { Known } from '../../../../src/ml/recipes/comparing.ts'
import { pairMethod } from '../../../../src/ml/recipes/pair-methods.ts'
import { dpoGradients } from '../../../../src/ml/recipes/pair-program.ts'
import {
  adamwUpdate,
  carriedName,
  gradientName,
  gradientNorm,
  scoreUnits,
  scoringPrograms,
} from '../../../../src/ml/recipes/programs.ts'
import { randomStream } from '../../../../src/ml/random.ts'
import {
  block,
  emptyCache,
  promptReading,
  slotMoving,
  tokenReading,
} from '../../../../src/ml/sampling/cached-decoding.ts'
import { generate } from '../../../../src/ml/sampling/generate.ts'
import { goldenMethod } from '../../../ml/recipes/runs.ts'
import { openBackend, tensorsAlive } from '../../../ml/backend.ts'
import { configs } from '../../../parity/tiny-models.ts'

const native = (await openBackend()) === 'native'
if (!native) console.warn('Not run: the graph executor needs native TensorFlow, which this machine does not have.')

const models = { ...configs, 'tiny-qwen3': { ...configs['tiny-llama'], family: 'qwen3' as const, tied: true } }

const units = [5, 9].map((length, i) => ({
  shared: Array.from({ length }, (_, t) => (7 * t + i) % 250),
  chosen: [3, 1, 4, 1, 5, i],
  rejected: [9, 2, 6],
  chosenFrom: 0,
  rejectedFrom: 1,
}))

const randomTable = (shape: readonly number[], label: string) => {
  const stream = randomStream(5, label)
  const size = shape.reduce((product, side) => product * side, 1)
  return floats(
    Float32Array.from({ length: size }, (_, i) => stream.uniform(i) - 0.5),
    [...shape],
  )
}

/** Runs the same programs on both, one after another, and compares what they report and the whole state after each. */
async function compared(
  state: HostArrays,
  runs: readonly { program: Program; inputs: HostArrays; times?: number }[],
  within = 1e-5,
) {
  const executors = [graphExecutor(), eagerExecutor('native')]
  for (const executor of executors) for (const [name, value] of Object.entries(state)) executor.put(name, value)
  for (const { program, inputs, times = 1 } of runs) {
    for (let i = 0; i < times; i++) {
      const [recorded, plain] = await results(executors, program, inputs)
      expectClose(recorded!, plain!, within)
    }
  }
  for (const executor of executors) executor.dispose()
}

async function results(executors: readonly Executor[], program: Program, inputs: HostArrays) {
  const all: HostArrays[] = []
  for (const executor of executors) {
    const outputs = await executor.run(program, inputs)
    const state = executor.names().map(async (name) => [`state ${name}`, await executor.read(name)] as const)
    all.push({ ...outputs, ...Object.fromEntries(await Promise.all(state)) })
  }
  return all
}

function expectClose(actual: HostArrays, expected: HostArrays, within: number) {
  expect(Object.keys(actual).toSorted()).toEqual(Object.keys(expected).toSorted())
  for (const [name, { dtype, shape, data }] of Object.entries(expected)) {
    expect([name, actual[name]!.dtype, actual[name]!.shape]).toEqual([name, dtype, shape])
    const distances = Array.from(data, (value, i) => Math.abs(value - actual[name]!.data[i]!))
    const furthest = distances.reduce((most, distance) => (distance <= most ? most : distance), 0)
    expect(furthest, name).toBeLessThanOrEqual(within)
  }
}

const optimiser = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0.1, maxGradNorm: 0.5 }

test.skipIf(!native).each([
  ['tiny-llama', 'full', 0],
  ['tiny-gpt2', 'full', 0],
  ['tiny-qwen2', 'full', 0],
  ['tiny-qwen3', 'full', 0],
  ['tiny-llama', 'lora', 0],
  ['tiny-llama', 'lora', 0.3],
  ['tiny-gpt2', 'lora', 0.3],
] as const)('%s, %s, dropout %f: scores, gradients, norm, update', async (name, tuning, dropout) => {
  const config = models[name]
  const lora = tuning === 'lora' ? { rank: 3, alpha: 6, targets: defaultTargets(config), dropout } : null
  const shapes = lora ? loraShapes(config, lora) : parameterShapes(config)
  const trained = Object.keys(shapes)
  const state: Record<string, HostArrays[string]> = {
    ...initialWeights(config, 2),
    ...(lora ? initialLora(config, lora, 3) : {}),
  }
  for (const [name, shape] of Object.entries(shapes)) {
    if (name.includes('lora_B')) state[name] = randomTable(shape, name) // At zero A would have no gradient.
    for (const zero of [gradientName(name), ...Object.values(adamwSlots(name))])
      state[zero] = { dtype: 'float32', shape, data: new Float32Array(randomTable(shape, zero).data.length) }
  }
  const inputs = {
    ...collate(units),
    reference_chosen: floats([-30, -31]),
    reference_rejected: floats([-14, -15]),
    pair_weight: floats([0.5, 0.5]),
    dropout_seed: ints([123456], []),
  }
  const score = scoreUnits(config, lora)
  const probe = scoringPrograms(config, lora).policy
  const reference = ({ chosen, chosenFrom }: Unit) =>
    randomTable([chosen.length - chosenFrom, config.D], 'reference').data as Float32Array
  const comparedIn = (units: Unit[], known: Known[]) => {
    const arrays = collate(units)
    return { ...arrays, ...besides(probe, arrays, known) }
  }
  const before = tensorsAlive()
  await compared(state, [
    { program: scoreUnits(config, null), inputs: collate(units) },
    { program: score, inputs: collate(units) },
    { program: dpoGradients(config, { lora, method: goldenMethod, trained }), inputs, times: 2 },
    { program: gradientNorm(trained), inputs: {} },
    // An update that hardly moves: Adam turns rounding of gradients near zero into whole steps.
    {
      program: adamwUpdate(shapes, optimiser),
      inputs: { ...adamwInputs(1, 1e-6, optimiser), grad_norm: floats([2], []) },
    },
    { program: score, inputs: collate(units) },
    { program: score, inputs: collate(units.slice(1)) },
    { program: probe, inputs: comparedIn(units, [null, reference(units[1]!)]) },
    { program: probe, inputs: comparedIn(units.slice(1), ['unknown']) },
  ])
  expect(tensorsAlive()).toBe(before)
})

test.skipIf(!native).each([
  ['beta-dpo', { beta: 0.1, beta_gain: 0.6, filter_rate: 0.5 }],
  ['bco', { beta: 0.1, bco_shift: true }],
  ['ld-dpo', { beta: 0.1, ld_alpha: 0.3 }],
  ['wpo', { beta: 0.1 }],
] as const)(
  'gradients of %s, whatever else it reads of a batch, for batches of two pairs and of one',
  async (name, settings) => {
    const config = models['tiny-llama']
    const shapes = parameterShapes(config)
    const method = pairMethod(name, settings)
    const trained = Object.keys(shapes)
    const carried = Object.entries(method.carries?.start ?? {})
    const state = {
      ...initialWeights(config, 2),
      ...Object.fromEntries(
        trained.map((name) => [
          gradientName(name),
          floats(
            randomTable(shapes[name]!, name).data.map(() => 0),
            [...shapes[name]!],
          ),
        ]),
      ),
      ...Object.fromEntries(carried.map(([name, value]) => [carriedName(name), floats([value], [])])),
    }
    const inputs = (P: number) => {
      const arrays = collate(units.slice(0, P))
      const of = (values: number[]) => floats(values.slice(0, P))
      // Three tokens of each response are shared, the number of the shorter ones.
      const seen = new Map<number, number>()
      const shared = Float32Array.from(arrays.owner!.data, (owner, n) => {
        seen.set(owner, (seen.get(owner) ?? 0) + 1)
        return seen.get(owner)! <= 3 ? arrays.weight!.data[n]! : 0
      })
      return {
        ...arrays,
        ...{ reference_chosen: of([-30, -31]), reference_rejected: of([-14, -15]) },
        ...{ chosen_tokens: of([6, 6]), rejected_tokens: of([3, 2]), pair_weight: of([0.5, 0.5]) },
        ...{ reference_shared_chosen: of([-15, -16]), reference_shared_rejected: of([-14, -15]) },
        shared_weight: { dtype: 'float32' as const, shape: arrays.owner!.shape, data: shared },
        ...{ draws: of([0.3, 0.6]), kl: floats([0], []) },
      }
    }
    const before = tensorsAlive()
    const program = dpoGradients(config, { lora: null, method, trained })
    await compared(state, [
      { program, inputs: inputs(2), times: 2 },
      { program, inputs: inputs(1) },
    ])
    expect(tensorsAlive()).toBe(before)
  },
)

test.skipIf(!native).each([
  ['tiny-llama', true],
  ['tiny-gpt2', false],
  ['tiny-qwen2', false],
] as const)('%s, adapter %s: reading prompts and tokens', async (name, adapted) => {
  const config = models[name]
  const lora = adapted ? { rank: 2, alpha: 4, targets: ['q_proj', 'down_proj'], dropout: 0 } : undefined
  const shape = { R: 4, S: 2 * block }
  const telling = ['best', 'shares', 'logits'] as const
  const read = promptReading(config, shape, telling, lora)
  const step = tokenReading(config, shape, telling, lora)
  // A prompt of 4 tokens and, with `long`, one of 40; two answers to the first, one to the other.
  const prompts = (slots: number[], long: boolean) => {
    const [n, blocks] = long ? [2, 2] : [1, 1]
    const P = blocks * block
    const each = (value: (row: number, column: number) => number) =>
      ints(
        Array.from({ length: n * P }, (_, i) => value(Math.floor(i / P), i % P)),
        [n, blocks, block],
      )
    return {
      ids: each((row, column) => (column < (row === 0 ? 4 : 40) ? (7 * column + row) % 250 : 0)),
      positions: each((_, column) => column),
      ends: ints(long ? [3, P + 39] : [3]),
      slots: ints(slots),
      from: ints(long ? [0, 0, 1] : slots.map(() => 0)),
      temperature: floats(slots.map((slot) => 0.5 + slot)),
    }
  }
  const tokens = (places: number[]) => ({
    ids: ints(places.map((place) => (31 * place + 9) % 250)),
    positions: ints(places),
    columns: ints(places),
    temperature: floats(places.map(() => 0.8)),
  })
  await compared(
    { ...initialWeights(config, 2), ...(lora ? initialLora(config, lora, 3) : {}), ...emptyCache(config, shape) },
    [
      { program: read, inputs: prompts([2, 0, 3], true) },
      { program: step, inputs: tokens([4, 0, 4, 40]) },
      { program: slotMoving(config, shape), inputs: { from: ints([3, 2]), to: ints([1, 0]) } },
      { program: step, inputs: tokens([5, 41]) },
      { program: read, inputs: prompts([3], false) },
      { program: step, inputs: tokens([6, 42, 0, 4]) },
    ],
  )
})

test.skipIf(!native)('as graphs too an answer does not depend on what is drawn beside it', async () => {
  const before = tensorsAlive()
  const config = models['tiny-llama']
  const prompts = [3, 40, 1, 9, 33, 5].map((length, p) => Array.from({ length }, (_, i) => (11 * i + 5 * p) % 250))
  const executor = graphExecutor()
  const weights = Object.entries(initialWeights(config, 3))
  // Larger than a fresh model's, so that its distributions have a shape.
  for (const [name, { shape, data }] of weights)
    executor.put(name, floats(shape.length > 1 ? data.map((x) => 12 * x) : data, shape))
  const options = {
    maxTokens: 24,
    temperature: [...Array<number>(12).fill(0), ...Array<number>(12).fill(1.1)],
    seed: 4,
  }
  // Tokens that end answers early, so that slots are free for others and answers move.
  const drawn = (batch: number) =>
    generate(executor, config, prompts, { ...options, each: 4, eos: [3, 77, 120, 200, 201, 202], batch })
  const alone = await drawn(1)
  expect(new Set(alone.map(({ length }) => length)).size).toBeGreaterThan(5)
  for (const batch of [4, 7, 32]) expect(await drawn(batch)).toEqual(alone)
  executor.dispose()
  expect(tensorsAlive()).toBe(before)
})
