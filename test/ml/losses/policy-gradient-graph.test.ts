// Policy and value losses with their gradients as one recorded graph for batches of any size, beside the same op by op.
import { expect, test } from 'vitest'
import { eagerExecutor, floats, ints, tf, type HostArrays, type Program } from '#ml'
import { graphExecutor } from '../../../src/main/trainer/engine/graph/graph-executor.ts'
import { lossAndGradients } from '../../../src/ml/gradients.ts'
import { weightedTokenSum } from '../../../src/ml/losses/policy-gradient.ts'
import { clippedValueLoss } from '../../../src/ml/losses/value.ts'
import { openBackend, tensorsAlive } from '../backend.ts'
import { expectClose, type Vectors } from './evaluated.ts'
import { flat, policyTerms, type StepSettings } from './sampled-tokens.ts'

const native = (await openBackend()) === 'native'
if (!native) console.warn('Not run: the graph executor needs native TensorFlow, which this machine does not have.')

const responses = [
  { logps: [-1, -2.5, -0.5], old: [-1.5, -2.5, -0.4], reference: [-1, -2, -0.5], advantage: 1.5 },
  { logps: [-3], old: [-2.5], reference: [-4], advantage: -1 },
  { logps: [-1, -1], old: [-1, -2], reference: [-1.5, -1], advantage: -0.5 },
]

const base = { epsilonLow: 0.2, epsilonHigh: 0.28, normalisation: 'dapo', maxTokens: 8 } as const
const settings: Record<string, StepSettings> = {
  PPO: base,
  GRPO: { ...base, normalisation: 'grpo', delta: 1.5, beta: 0.04, biasCorrected: true },
  GSPO: { ...base, normalisation: 'grpo', over: 'mean', beta: 0.1 },
  RLOO: { ...base, normalisation: 'grpo', over: 'sum' },
}

function batch(R: number, settings: StepSettings): HostArrays {
  const { owner, ...inputs } = flat(responses.slice(0, R), settings)
  const columns = { ...inputs, returns: inputs.advantages }
  return {
    owner: ints(owner),
    ...Object.fromEntries(Object.entries(columns).map(([name, values]) => [name, floats(values)])),
  }
}

const program = (name: string, settings: StepSettings): Program => ({
  name,
  sizes: Object.fromEntries(Object.keys(batch(1, settings)).map((input) => [input, [input === 'tokens' ? 'R' : 'M']])),
  run(_, inputs) {
    const { loss, aux, grads } = lossAndGradients(['logps'], inputs, () => {
      const vectors = inputs as Vectors
      const { policy, losses } = policyTerms(vectors, settings)
      const valued = { values: vectors.logps!, oldValues: vectors.oldLogps!, returns: vectors.returns! }
      const value = clippedValueLoss(valued, { cliprangeValue: 0.2 })
      const all = tf.add<tf.Tensor1D>(losses, value.losses)
      return { loss: weightedTokenSum(all, vectors.weights!), aux: { ...policy, valueClipfrac: value.clipfrac } }
    })
    return { updates: {}, outputs: { loss, ...aux, ...grads } }
  },
})

test.skipIf(!native).each(Object.entries(settings))('%s', async (name, settings) => {
  const before = tensorsAlive()
  const [graph, eager] = [graphExecutor(), eagerExecutor('native')]
  const one = program(name, settings)
  for (const R of [3, 1, 2]) {
    const [found, wanted] = [await graph.run(one, batch(R, settings)), await eager.run(one, batch(R, settings))]
    expect(Object.keys(found)).toEqual(Object.keys(wanted))
    for (const [output, { data }] of Object.entries(wanted))
      expectClose([...found[output]!.data], [...data], { absolute: 1e-7, what: `${output} of ${R} responses` })
  }
  graph.dispose()
  eager.dispose()
  expect(tensorsAlive()).toBe(before)
})
