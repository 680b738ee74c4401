// A recorded graph as a saved model: every kind of result, and an operation that nobody told it of.
import { expect, test } from 'vitest'
import { floats, tf, type Program } from '#ml'
import { graphExecutor } from '../../../../src/main/trainer/engine/graph/graph-executor.ts'
import { savedModel } from '../../../../src/main/trainer/engine/graph/saved-model.ts'
import { openBackend } from '../../../ml/backend.ts'

const native = (await openBackend()) === 'native'
if (!native) console.warn('Not run: the graph executor needs native TensorFlow, which this machine does not have.')

test('an operation whose output has no known name is named', () => {
  const odd = { name: 'n0', op: 'Odd', inputs: [], attributes: {}, key: '' }
  expect(() => savedModel([odd], [{ output: 'n0:0', type: 'float32' }])).toThrow(/The operation Odd is recorded/)
})

test.skipIf(!native)('a result may be an input, a constant, one part of a split, or the same as another', async () => {
  const program: Program = {
    name: 'results of every kind',
    run(_, { x }) {
      const [, right] = tf.split(x!, 2)
      return { updates: { kept: x! }, outputs: { x: x!, right: right!, again: right!, two: tf.scalar(2) } }
    },
  }
  const executor = graphExecutor()
  const { x, right, again, two } = await executor.run(program, { x: floats([1, 2, 3, 4]) })
  expect([x, right, again, two].map((array) => [...array!.data])).toEqual([[1, 2, 3, 4], [3, 4], [3, 4], [2]])
  expect([...(await executor.read('kept')).data]).toEqual([1, 2, 3, 4])
  executor.dispose()
})
