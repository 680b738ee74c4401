// Each loss and its gradients as one recorded graph for batches of any size, beside the same op by op.
import { expect, test } from 'vitest'
import { eagerExecutor, floats, tf, type HostArrays, type Program } from '#ml'
import { lossAndGradients } from '../../../src/ml/gradients.ts'
import type { PairLosses, PairLogProbs } from '../../../src/ml/losses/pairs.ts'
import { graphExecutor } from '../../../src/main/trainer/engine/graph/graph-executor.ts'
import { openBackend, tensorsAlive } from '../backend.ts'
import { everyLoss } from './every-loss.ts'
import { asPairs, expectClose, type Vectors } from './evaluated.ts'

const native = (await openBackend()) === 'native'
if (!native) console.warn('Not run: the graph executor needs native TensorFlow, which this machine does not have.')

const columns = {
  chosen: [-4, -9, -3, -41, -0.25],
  rejected: [-6, -5, -3, -12, -90],
  referenceChosen: [-5, -8, -3, -30, -1],
  referenceRejected: [-5, -6, -3, -14, -70],
  tokensChosen: [3, 5, 2, 20, 1],
  tokensRejected: [4, 4, 2, 7, 30],
}

const batch = (P: number): HostArrays =>
  Object.fromEntries(Object.entries(columns).map(([name, values]) => [name, floats(values.slice(0, P))]))

const program = (name: string, loss: (pairs: PairLogProbs) => PairLosses): Program => ({
  name,
  sizes: Object.fromEntries(Object.keys(columns).map((column) => [column, ['P']])),
  run(_, inputs) {
    const { aux, grads } = lossAndGradients(['chosen', 'rejected'], inputs, () => {
      const losses = loss(asPairs(inputs as Vectors))
      // Not the mean, whose gradient reads the number of pairs as a number.
      return { loss: tf.sum<tf.Scalar>(losses), aux: { losses } }
    })
    return { updates: {}, outputs: { ...aux, ...grads } }
  },
})

test.skipIf(!native).each(Object.entries(everyLoss))('%s', async (name, loss) => {
  const before = tensorsAlive()
  const [graph, eager] = [graphExecutor(), eagerExecutor('native')]
  const one = program(name, loss)
  for (const P of [3, 5]) {
    const [found, wanted] = [await graph.run(one, batch(P)), await eager.run(one, batch(P))]
    expect(Object.keys(found)).toEqual(Object.keys(wanted))
    for (const [output, { data }] of Object.entries(wanted))
      expectClose([...found[output]!.data], [...data], { absolute: 1e-7, what: `${output} of ${P} pairs` })
  }
  graph.dispose()
  eager.dispose()
  expect(tensorsAlive()).toBe(before)
})
