// What each tfjs kernel is as a node of a TensorFlow graph. Attributes are those that tfjs-node's own kernels set (dist/kernels).
import { tf } from '#ml'
import type { Attribute, Attributes } from './graph-node.ts'
import { graphType, traceName, type Recorder, type TraceBackend } from './trace-backend.ts'
import { structuralKernels } from './structural-kernels.ts'

type Two = { a: tf.TensorInfo; b: tf.TensorInfo }

const { assertAndGetBroadcastShape } = tf.backend_util

const typed = (x: tf.TensorInfo): Attributes => ({ T: { type: graphType(x.dtype) } })

/** One input of any name, the same shape and type out. */
const unary =
  (op: string): Recorder =>
  (backend, inputs) => {
    const x = Object.values(inputs)[0]!
    return backend.node(op, [x], typed(x), x)
  }

const binary =
  (op: string): Recorder =>
  (backend, inputs) => {
    const { a, b } = inputs as Two
    return backend.node(op, [a, b], typed(a), { shape: assertAndGetBroadcastShape(a.shape, b.shape), dtype: a.dtype })
  }

const sum: Recorder = (backend, inputs, attributes) => {
  const { a, b } = inputs as Two
  const added = binary('AddV2')(backend, inputs, attributes) as tf.TensorInfo
  if (a.dtype === 'float32' && a.shape.length === 2 && a.shape.join() === b.shape.join())
    backend.graph.markSum(backend.outputOf(added).split(':')[0]!, a.shape[1]!)
  return added
}

const comparison =
  (op: string, attributes: Attributes = {}): Recorder =>
  (backend, inputs) => {
    const { a, b } = inputs as Two
    const shape = assertAndGetBroadcastShape(a.shape, b.shape)
    return backend.node(op, [a, b], { ...typed(a), ...attributes }, { shape, dtype: 'bool' })
  }

/** On booleans, without a type attribute. */
const logical =
  (op: string): Recorder =>
  (backend, inputs) => {
    const { a, b } = inputs as Two
    const shape = assertAndGetBroadcastShape(a.shape, b.shape)
    return backend.node(op, [a, b], {}, { shape, dtype: 'bool' })
  }

const reduction =
  (op: string): Recorder =>
  (backend, inputs, { axis, reductionIndices, keepDims }) => {
    const { x } = inputs as { x: tf.TensorInfo }
    const axes = tf.util.parseAxisParam((axis ?? reductionIndices) as number | number[], x.shape)
    const [reduced] = tf.backend_util.computeOutAndReduceShapes(x.shape, axes)
    const shape = keepDims ? tf.backend_util.expandShapeToKeepDim(reduced, axes) : reduced
    const attributes = { ...typed(x), Tidx: { type: 'int32' as const }, keep_dims: { flag: Boolean(keepDims) } }
    return backend.node(op, [x, backend.whole(axes)], attributes, { shape, dtype: x.dtype })
  }

const largest: Recorder = (backend, { x }, { axis }) => {
  const [along] = tf.util.parseAxisParam(axis as number, x!.shape) as [number]
  const attributes = { ...typed(x!), Tidx: { type: 'int32' as const }, output_type: { type: 'int32' as const } }
  return backend.node('ArgMax', [x!, backend.whole(along)], attributes, {
    shape: x!.shape.toSpliced(along, 1),
    dtype: 'int32',
  })
}

const product: Recorder = (backend, inputs, { transposeA, transposeB }) => {
  const { a, b } = inputs as Two
  const flags = [Boolean(transposeA), Boolean(transposeB)] as const
  const rows = a.shape.at(flags[0] ? -1 : -2)!
  const columns = b.shape.at(flags[1] ? -2 : -1)!
  const shape = [...assertAndGetBroadcastShape(a.shape.slice(0, -2), b.shape.slice(0, -2)), rows, columns]
  const [op, first, second] =
    shape.length === 2
      ? (['MatMul', 'transpose_a', 'transpose_b'] as const)
      : (['BatchMatMulV2', 'adj_x', 'adj_y'] as const)
  const sides = { [first]: { flag: flags[0] }, [second]: { flag: flags[1] } }
  if (backend.arithmetic.precision === 'float32' || a.dtype !== 'float32')
    return backend.node(op, [a, b], { ...typed(a), ...sides }, { shape, dtype: a.dtype })
  // The products of bfloat16 numbers are summed in float32 by the processors that have them, and rounded once at the end.
  const low = { type: 'bfloat16' } as const
  const rounded = (x: tf.TensorInfo) => `${castNode(backend, backend.outputOf(x), typed(x).T!, low)}:0`
  const made = backend.graph.add(op, [rounded(a), rounded(b)], { T: low, ...sides })
  return backend.tensorAt(`${castNode(backend, `${made}:0`, low, typed(a).T!)}:0`, shape, 'float32')
}

function castNode(backend: TraceBackend, x: string, from: Attribute, to: Attribute): string {
  return backend.graph.add('Cast', [x], { SrcT: from, DstT: to, Truncate: { flag: false } })
}

const sameSize = { incompatible_shape_error: { flag: true } }

const recorders: Readonly<Record<string, Recorder>> = {
  Add: sum,
  Sub: binary('Sub'),
  Multiply: binary('Mul'),
  RealDiv: binary('RealDiv'),
  FloorDiv: binary('FloorDiv'),
  Mod: binary('FloorMod'),
  Maximum: binary('Maximum'),
  Minimum: binary('Minimum'),
  Pow: binary('Pow'),
  SquaredDifference: binary('SquaredDifference'),
  Equal: comparison('Equal', sameSize),
  NotEqual: comparison('NotEqual', sameSize),
  Greater: comparison('Greater'),
  GreaterEqual: comparison('GreaterEqual'),
  Less: comparison('Less'),
  LessEqual: comparison('LessEqual'),
  LogicalAnd: logical('LogicalAnd'),
  LogicalOr: logical('LogicalOr'),
  LogicalNot: (backend, { x }) => backend.node('LogicalNot', [x!], {}, x!),
  ...Object.fromEntries(
    ['Cos', 'Erf', 'Exp', 'Floor', 'Log', 'Neg', 'Rsqrt', 'Sigmoid', 'Sin']
      .concat(['Softmax', 'Softplus', 'Sqrt', 'Square', 'Tanh', 'ZerosLike', 'OnesLike'])
      .map((op) => [op, unary(op)]),
  ),
  Sum: reduction('Sum'),
  Max: reduction('Max'),
  Min: reduction('Min'),
  // Programs take means of float32 alone; tfjs's cast of other types is left out.
  Mean: reduction('Mean'),
  ArgMax: largest,
  BatchMatMul: product,
  ...structuralKernels,
}

/** Makes the kernels known to tfjs, under the backend `trace`. */
export function registerTraceKernels(): void {
  for (const [kernelName, record] of Object.entries(recorders)) {
    tf.registerKernel({
      kernelName,
      backendName: traceName,
      kernelFunc: ({ inputs, attrs, backend }) =>
        record(backend as TraceBackend, inputs as Record<string, tf.TensorInfo>, attrs ?? {}),
    })
  }
}
