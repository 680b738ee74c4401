// A run in bfloat16 beside the same in float32: how far its curves may be off, and that its products really are in bfloat16.
import { describe, expect, test } from 'vitest'
import type { HostArrays, Program } from '#ml'
import { graphExecutor } from '../../../../src/main/trainer/engine/graph/graph-executor.ts'
import { recording } from '../../../../src/main/trainer/engine/graph/recording.ts'
import { sizedInputs } from '../../../../src/main/trainer/engine/graph/sizes.ts'
import type { Precision } from '../../../../src/main/trainer/engine/graph/trace-backend.ts'
import { collate } from '../../../../src/ml/data/collate.ts'
import { parameterShapes } from '../../../../src/ml/models/shapes.ts'
import { dpoGradients } from '../../../../src/ml/recipes/pair-program.ts'
import { gradientName, scoreUnits } from '../../../../src/ml/recipes/programs.ts'
import { floats } from '../../../../src/ml/program.ts'
import { openBackend } from '../../../ml/backend.ts'
import { driven, executorWith, goldenMethod, goldenSettings, ofKind, pairUnits } from '../../../ml/recipes/runs.ts'
import { configs, fixture, fixtureWeights, type Ids } from '../../../parity/tiny-models.ts'

const native = (await openBackend()) === 'native'
if (!native) console.warn('Not run: the graph executor needs native TensorFlow, which this machine does not have.')

const config = configs['tiny-llama']
const { token_ids: ids } = await fixture<{ token_ids: Ids[] }>('tiny-llama')
const pairs = pairUnits(ids)

// Twice what was measured, with oneDNN and without: 1.4e-3, 0.047 and 0.069 nats for a response, 0.0066 nats a token.
const bounds = { loss: 3e-3, response: 0.1, probe: 0.14, token: 0.013 }

async function curves(tuning: 'lora' | 'full', precision: Precision) {
  const executor = executorWith(graphExecutor({ precision }), await fixtureWeights('tiny-llama/model.safetensors'))
  const settings = { ...goldenSettings, tuning, steps: 6, batch_pairs: 2 }
  const { events } = await driven({ executor, config, settings, pairs, seed: 3 })
  executor.dispose()
  const steps = ofKind(events, 'step').map(({ readings }) => readings)
  const sides = ofKind(events, 'scored').flatMap(({ scores }) =>
    scores.flatMap(({ chosen, rejected }) => [chosen, rejected!]),
  )
  return {
    steps: steps.length,
    loss: steps.map((readings) => readings.loss),
    response: steps.flatMap((readings) => [readings['logps/chosen'], readings['logps/rejected']]),
    probe: sides.map(({ policy }) => policy),
    token: sides.map(({ policy, tokens }) => policy / tokens),
  }
}

test.skipIf(!native).each(['lora', 'full'] as const)(
  'the curves of bfloat16 follow those of float32, %s',
  async (tuning) => {
    const [full, low] = [await curves(tuning, 'float32'), await curves(tuning, 'bfloat16')]
    expect([full.steps, low.steps]).toEqual([6, 6])
    expect(full.loss.at(-1)).toBeLessThan(full.loss[0]! - 0.05) // The run learns: the curves are not two flat lines.
    for (const curve of ['loss', 'response', 'probe', 'token'] as const) {
      const distances = full[curve].map((value, i) => Math.abs(value - low[curve][i]!))
      expect(Math.max(...distances), curve).toBeLessThan(bounds[curve])
    }
    // A number rounded to 8 bits is off by up to 2^-9 of itself: other results than these would not be bfloat16's.
    expect(Math.abs(full.response[0]! - low.response[0]!)).toBeGreaterThan(1e-4)
  },
)

/** Operation and type of each node of a recorded program. */
function nodesOf(program: Program, state: HostArrays, inputs: HostArrays, precision: Precision) {
  const how = { precision, fusedSums: false }
  const { nodes } = recording(program, (name) => state[name], sizedInputs(program, inputs).forms, how)
  return nodes.map(({ op, attributes: { T } }) => ({ op, type: T && 'type' in T ? T.type : null }))
}

describe.skipIf(!native)('in the recorded graph', async () => {
  const shapes = parameterShapes(config)
  const state = Object.fromEntries(
    Object.entries(shapes).flatMap(([name, shape]) => {
      const zeros = { dtype: 'float32' as const, shape, data: new Float32Array(0) } // A recording goes by shapes alone.
      return [name, gradientName(name)].map((entry) => [entry, zeros])
    }),
  )
  const ones = floats(pairs.map(() => 1))
  const shares = { reference_chosen: ones, reference_rejected: ones, pair_weight: ones }
  const units = collate(pairs.map(({ unit }) => unit))

  test.each([
    ['scores', scoreUnits(config, null), units],
    [
      'gradients',
      dpoGradients(config, { lora: null, method: goldenMethod, trained: Object.keys(shapes) }),
      { ...units, ...shares },
    ],
  ])('all products of %s are of the type that was asked for, and nothing else is', (_, program, inputs) => {
    const isProduct = ({ op }: { op: string }) => op === 'MatMul' || op === 'BatchMatMulV2'
    for (const precision of ['float32', 'bfloat16'] as const) {
      const nodes = nodesOf(program, state, inputs, precision)
      const products = nodes.filter(isProduct)
      expect(products.length).toBeGreaterThan(20)
      expect(new Set(products.map((node) => node.type))).toEqual(new Set([precision]))
      expect(nodes.filter((node) => !isProduct(node) && node.type === 'bfloat16')).toEqual([])
    }
  })
})
