// Each kernel that can be recorded, with its gradient where it has one, beside the same op by op.
import { expect, test } from 'vitest'
import { eagerExecutor, floats, ints, tf, type Program } from '#ml'
import { graphExecutor } from '../../../../src/main/trainer/engine/graph/graph-executor.ts'
import { openBackend, tensorsAlive } from '../../../ml/backend.ts'

const native = (await openBackend()) === 'native'
if (!native) console.warn('Not run: the graph executor needs native TensorFlow, which this machine does not have.')

type Given = { x: tf.Tensor; y: tf.Tensor; row: tf.Tensor; ids: tf.Tensor }
type Op = (given: Given) => tf.Tensor | tf.Tensor[]

const positive = ({ x }: Given) => tf.add(tf.square(x), 0.5)

/** x and y are [2, 3], row is [3], ids are int32 [4] in [0, 2). */
const ops: Record<string, Op> = {
  binary: ({ x, y, row }) => [tf.add(x, row), tf.sub(row, y), tf.mul(x, y), tf.div(x, tf.add(tf.square(row), 1))],
  extremes: ({ x, y, row }) => [tf.maximum(x, y), tf.minimum(x, row), tf.squaredDifference(x, row)],
  power: (given) => tf.pow(positive(given), given.row),
  'whole numbers': ({ ids }) => [tf.div(ids, 2), tf.mod(ids, 2), tf.floorDiv(ids, tf.scalar(2, 'int32'))],
  'division by a constant': ({ ids }) => {
    const multiples = tf.tensor1d(Array.from({ length: 4000 }, (_, i) => 4091 * i))
    return tf.floor(tf.div(tf.mul(tf.reshape(tf.cast(ids, 'float32'), [4, 1]), multiples), 4091))
  },
  comparisons: ({ x, y, ids }) => [tf.greater(x, y), tf.less(x, y), tf.equal(ids, 1), tf.notEqual(ids, 1)],
  orders: ({ x, ids }) => [tf.greaterEqual(x, 0), tf.lessEqual(ids, 1)],
  logic: ({ x, y }) => {
    const [a, b] = [tf.greater(x, 0), tf.greater(y, 0)]
    return [tf.logicalAnd(a, b), tf.logicalOr(a, b), tf.logicalNot(a)]
  },
  select: ({ x, y }) => tf.where(tf.greater(y, 0), x, y),
  unary: ({ x }) => [tf.cos(x), tf.sin(x), tf.erf(x), tf.exp(x), tf.neg(x), tf.tanh(x)],
  more: ({ x }) => [tf.sigmoid(x), tf.softplus(x), tf.square(x), tf.floor(x), tf.softmax(x)],
  roots: (given) => [tf.sqrt, tf.rsqrt, tf.log].map((op) => op(positive(given))),
  like: ({ x }) => [tf.zerosLike(x), tf.onesLike(x)],
  reductions: ({ x }) => [tf.sum(x), tf.sum(x, 0), tf.mean(x, -1, true), tf.max(x, 1), tf.min(x), tf.logSumExp(x, 1)],
  likeliest: ({ x, y }) => [tf.argMax(x, 1), tf.argMax(y, 0)],
  products: ({ x, y }) => [tf.matMul(x, y, false, true), tf.matMul(x, y, true), tf.matMul(x, tf.transpose(y))],
  'batched products': ({ x, y }) =>
    tf.matMul(tf.reshape(x, [2, 1, 3]), tf.tile(tf.reshape(y, [1, 2, 3]), [2, 1, 1]), false, true),
  shapes: ({ x, y }) => [tf.reshape(x, [3, -1]), tf.expandDims(x, 1), tf.transpose(x), tf.concat([x, y], -1)],
  parts: ({ x }) => [...tf.split(x, [1, 2], 1), tf.slice(x, [0, 1], [2, -1]), tf.pad(x, [[1, 0], [0, 2]], 7)], // prettier-ignore
  largest: ({ y }) => [tf.topk(y, 2).values, tf.topk(y, 2).indices, tf.topk(tf.neg(y), 3).indices],
  rows: ({ x, ids }) => [tf.gather(x, ids), tf.gather(x, tf.reshape(ids, [2, 2]), 1)],
  segments: ({ x, ids }) => tf.unsortedSegmentSum(tf.gather(x, ids), tf.cast(ids, 'int32') as tf.Tensor1D, 3),
  constants: ({ x }) => [tf.add(x, tf.fill([2, 3], 2)), tf.ones([50, 30]), tf.tensor1d([true, false], 'bool')],
  ranges: () => [tf.range(0, 5), tf.range(2, 11, 4), tf.range(6, 0, -2), tf.range(1, 4, 1, 'int32'), tf.range(3, 3)],
  copies: ({ x, ids }) => [tf.clone(x), tf.cast(x, 'int32'), tf.cast(ids, 'bool'), tf.tile(x, [2, 3])],
}

const inputs = {
  x: floats([0.3, -1.2, 2.5, -0.7, 0.9, 1.1], [2, 3]),
  y: floats([1.5, 0.2, -0.6, -0.7, 2, 0.4], [2, 3]),
  row: floats([0.5, -2, 1.5]),
  ids: ints([1, 0, 1, 1]),
}

/** Values, and the gradient of the sum of the float ones with respect to x where there is one. */
const program = (name: string, op: Op): Program => ({
  name,
  run(_, given) {
    const listed = (x: tf.Tensor) => [op({ ...(given as Given), x })].flat()
    const values = listed(given.x!)
    const loss = (x: tf.Tensor) =>
      listed(x)
        .filter(({ dtype }) => dtype === 'float32')
        .map((y) => tf.sum(tf.mul(y, y)))
        .reduce((total, y) => tf.add(total, y), tf.sum(x)) as tf.Scalar
    const outputs = Object.fromEntries(values.map((value, i) => [`value ${i}`, value]))
    return { updates: {}, outputs: { ...outputs, gradient: tf.grad(loss)(given.x!) } }
  },
})

test.skipIf(!native).each(Object.entries(ops))('%s', async (name, op) => {
  const before = tensorsAlive()
  const [graph, eager] = [graphExecutor(), eagerExecutor('native')]
  const one = program(name, op)
  const recorded = await graph.run(one, inputs)
  const plain = await eager.run(one, inputs)
  expect(Object.keys(recorded)).toEqual(Object.keys(plain))
  for (const [output, { dtype, shape, data }] of Object.entries(plain)) {
    expect([recorded[output]!.dtype, recorded[output]!.shape]).toEqual([dtype, shape])
    data.forEach((value, i) =>
      expect(Math.abs(recorded[output]!.data[i]! - value), output).toBeLessThanOrEqual(
        name === 'division by a constant' ? 0 : 1e-6 * Math.max(1, Math.abs(value)),
      ),
    )
  }
  for (const executor of [graph, eager]) executor.dispose()
  expect(tensorsAlive()).toBe(before)
})
