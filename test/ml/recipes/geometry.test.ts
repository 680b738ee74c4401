// Norms and inner product of the gradients of a pair against central differences of the scores, parameter by parameter.
import { describe, expect, test } from 'vitest'
import type { ModelConfig } from '../../../src/ml/models/config.ts'
import { initialLora, loraShapes } from '../../../src/ml/models/lora.ts'
import { initialWeights } from '../../../src/ml/models/shapes.ts'
import { floats, type HostArray } from '../../../src/ml/program.ts'
import { randomStream } from '../../../src/ml/random.ts'
import { geometryPrograms, pairGeometries } from '../../../src/ml/recipes/geometry.ts'
import { scoreUnits } from '../../../src/ml/recipes/programs.ts'
import { scoredPairs } from '../../../src/ml/recipes/scoring.ts'
import { openWays } from '../../parity/executors.ts'
import { tensorsAlive } from '../backend.ts'
import { driven, executorWith, goldenSettings, ofKind } from './runs.ts'

const ways = await openWays()

const config: ModelConfig = {
  ...{ family: 'llama', layers: 1, D: 16, heads: 2, kvHeads: 1, headDim: 8, F: 32, V: 40, context: 64, normEps: 1e-5 },
  ...{ tied: true, attentionBias: false, mlpBias: false, rope: { theta: 10000, scaling: null } },
  ...{ bos: null, eos: [0], pad: null },
}
const weights = initialWeights(config, 5)
const lora = { rank: 1, alpha: 8, targets: ['down_proj'], dropout: 0 }

/** B is random too: at zero the gradient of A is zero, and nothing of A would be tested. */
const adapter = Object.fromEntries(
  Object.entries(initialLora(config, lora, 3)).map(([name, { shape }]): [string, HostArray] => {
    const stream = randomStream(8, name)
    const size = shape.reduce((product, side) => product * side, 1)
    return [
      name,
      floats(
        Float32Array.from({ length: size }, (_, i) => stream.uniform(i) - 0.5),
        shape,
      ),
    ]
  }),
)

const ids = (label: string, length: number) => {
  const stream = randomStream(4, label)
  return Array.from({ length }, (_, i) => 1 + stream.integer(i, 39))
}
const pairs = ([3, 6] as const).map((length, i) => ({
  id: i,
  prompt: ids(`prompt ${i}`, 5),
  unit: {
    shared: ids(`prompt ${i}`, 5),
    chosen: [...ids(`chosen ${i}`, length), 0],
    rejected: [...ids(`rejected ${i}`, 4), 0],
    chosenFrom: i, // The second one's first token is the prompt's.
    rejectedFrom: 0,
  },
}))

describe.each(ways)('$way', ({ open }) => {
  test('the gradient of an adapter equals central differences within a thousandth', async () => {
    const before = tensorsAlive()
    const executor = executorWith(open(), weights, adapter)
    const program = geometryPrograms(config, { lora, shapes: loraShapes(config, lora) })
    const score = scoreUnits(config, lora)
    const found = []
    for await (const pair of pairGeometries(executor, program, pairs)) found.push(pair)
    expect(executor.names()).toEqual([...Object.keys(weights), ...Object.keys(adapter)])
    const expected = pairs.map(() => ({ chosen: 0, rejected: 0, inner: 0 }))
    const far = 4e-2
    for (const [name, { data, shape }] of Object.entries(adapter)) {
      for (let i = 0; i < data.length; i++) {
        const at = async (moved: number) => {
          const values = Float32Array.from(data)
          values[i]! += moved
          executor.put(name, floats(values, shape))
          return scoredPairs(executor, score, pairs)
        }
        const [two, one, back, twoBack] = [await at(2 * far), await at(far), await at(-far), await at(-2 * far)]
        expected.forEach((sums, p) => {
          // Five-point stencil: the error is of the fourth order.
          const slope = (side: 'chosen' | 'rejected') =>
            (8 * (one[side][p]! - back[side][p]!) - (two[side][p]! - twoBack[side][p]!)) / (12 * far)
          sums.chosen += slope('chosen') ** 2
          sums.rejected += slope('rejected') ** 2
          sums.inner += slope('chosen') * slope('rejected')
        })
      }
      executor.put(name, { dtype: 'float32', shape, data: Float32Array.from(data) })
    }
    for (const [p, { chosen, rejected, inner }] of found.entries()) {
      const scale = Math.sqrt(expected[p]!.chosen * expected[p]!.rejected)
      expect(Math.abs(chosen / expected[p]!.chosen - 1)).toBeLessThan(1e-3)
      expect(Math.abs(rejected / expected[p]!.rejected - 1)).toBeLessThan(1e-3)
      expect(Math.abs(inner - expected[p]!.inner) / scale).toBeLessThan(1e-3)
    }
    expect(scaleFree(found)).not.toContain(0)
    executor.dispose()
    expect(tensorsAlive()).toBe(before)
  }, 180_000)

  test('a run tells it at its start, every so many steps and at its end, with the adapter or all weights', async () => {
    for (const tuning of ['lora', 'full'] as const) {
      const settings = { ...goldenSettings, tuning, batch_pairs: 1, steps: 5, probe_pairs: 2, geometry_every: 2 }
      const { events } = await driven({
        ...{ executor: executorWith(open(), weights), config, pairs, seed: 2 },
        settings: { ...settings, geometry_pairs: 1 },
      })
      const told = ofKind(events, 'checked')
      expect(told.map(({ step }) => step)).toEqual([0, 2, 4, 5])
      expect(told[0]!.readings['geometry/chosen_norm']).toBeGreaterThan(0)
      expect(Math.abs(told[0]!.readings['geometry/cosine']!)).toBeLessThanOrEqual(1)
    }
  }, 180_000)
})

const scaleFree = (found: readonly { inner: number; chosen: number }[]) =>
  found.map(({ inner, chosen }) => inner / chosen)
