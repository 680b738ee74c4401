// The kernels that move numbers about without changing them, as nodes of a TensorFlow graph.
import { tf } from '#ml'
import { graphType, type Recorder, type TraceBackend } from './trace-backend.ts'

type One = { x: tf.TensorInfo }

const whole = { type: 'int32' } as const
const typeOf = ({ dtype }: tf.TensorInfo) => ({ type: graphType(dtype) })

/** The same output under another handle: disposing one leaves the other. */
const alias = (backend: TraceBackend, { dtype, shape, ...x }: tf.TensorInfo) =>
  backend.tensorAt(backend.outputOf({ ...x, dtype, shape }), shape, graphType(dtype))

const reshaped = (backend: TraceBackend, x: tf.TensorInfo, shape: number[]) =>
  backend.node('Reshape', [x, backend.whole(shape)], { T: typeOf(x), Tshape: whole }, { shape, dtype: x.dtype })

const cast: Recorder = (backend, inputs, { dtype }) => {
  const { x } = inputs as One
  const type = graphType(String(dtype))
  if (type === x.dtype) return alias(backend, x)
  const attributes = { SrcT: typeOf(x), DstT: { type }, Truncate: { flag: false } }
  return backend.node('Cast', [x], attributes, { shape: x.shape, dtype: type })
}

const concat: Recorder = (backend, inputs, { axis }) => {
  const parts = Object.values(inputs)
  const first = parts[0]!
  const [along] = tf.util.parseAxisParam(axis as number, first.shape) as [number]
  const shape = tf.backend_util.computeOutShape(
    parts.map((part) => part.shape),
    along,
  )
  const attributes = { N: { int: parts.length }, T: typeOf(first), Tidx: whole }
  return backend.node('ConcatV2', [...parts, backend.whole(along)], attributes, { shape, dtype: first.dtype })
}

const split: Recorder = (backend, inputs, { numOrSizeSplits, axis }) => {
  const { x } = inputs as One
  const [along] = tf.util.parseAxisParam(axis as number, x.shape) as [number]
  const sizes = tf.backend_util.prepareSplitSize(x as tf.Tensor, numOrSizeSplits as number | number[], along)
  const name = backend.graph.add('SplitV', [backend.outputOf(x), backend.whole(sizes), backend.whole(along)], {
    num_split: { int: sizes.length },
    T: typeOf(x),
    Tlen: whole,
  })
  return sizes.map((size, i) => backend.tensorAt(`${name}:${i}`, x.shape.with(along, size), graphType(x.dtype)))
}

const slice: Recorder = (backend, inputs, { begin, size }) => {
  const { x } = inputs as One
  const [from, sizes] = tf.slice_util.parseSliceParams(x, begin as number[], size as number[])
  const parts = [x, backend.whole(from!), backend.whole(sizes!)]
  return backend.node('Slice', parts, { T: typeOf(x), Index: whole }, { shape: sizes!, dtype: x.dtype })
}

const gather: Recorder = (backend, inputs, { axis, batchDims }) => {
  const { x, indices } = inputs as One & { indices: tf.TensorInfo }
  const [along] = tf.util.parseAxisParam(axis as number, x.shape) as [number]
  const skipped = Number(batchDims ?? 0)
  const { outputShape } = tf.backend_util.segment_util.collectGatherOpShapeInfo(
    x as tf.Tensor,
    indices as tf.Tensor,
    along,
    skipped,
  )
  const attributes = { batch_dims: { int: skipped }, Tparams: typeOf(x), Tindices: typeOf(indices), Taxis: whole }
  // tfjs-node looks through the indices for one out of range; here TensorFlow refuses it when the graph runs.
  return backend.node('GatherV2', [x, indices, backend.whole(along)], attributes, {
    shape: outputShape,
    dtype: x.dtype,
  })
}

const segmentSum: Recorder = (backend, inputs, { numSegments }) => {
  const { x, segmentIds } = inputs as One & { segmentIds: tf.TensorInfo }
  const shape = [Number(numSegments), ...x.shape.slice(segmentIds.shape.length)]
  const attributes = { T: typeOf(x), Tindices: whole, Tnumsegments: whole }
  return backend.node('UnsortedSegmentSum', [x, segmentIds, backend.whole(Number(numSegments))], attributes, {
    shape,
    dtype: x.dtype,
  })
}

const fill: Recorder = (backend, _, { shape, value, dtype }) => {
  const type = graphType(String(dtype ?? 'float32'))
  const parts = [backend.whole(shape as number[]), backend.graph.constant([Number(value)], [], type)]
  return backend.node('Fill', parts, { T: { type }, index_type: whole }, { shape: shape as number[], dtype: type })
}

const range: Recorder = (backend, _, { start, stop, step, dtype }) => {
  const ends = [start, stop, step].map(Number) as [number, number, number]
  const shape = [Math.max(0, Math.ceil((ends[1] - ends[0]) / ends[2]))]
  if (!ends.every(Number.isInteger)) throw new Error('A program makes a range of other than whole numbers.')
  const made = backend.node(
    'Range',
    ends.map((end) => backend.whole(end)),
    { Tidx: whole },
    { shape, dtype: 'int32' },
  )
  return cast(backend, { x: made }, { dtype: dtype ?? 'float32' })
}

const tile: Recorder = (backend, inputs, { reps }) => {
  const { x } = inputs as One
  const times = reps as number[]
  const shape = x.shape.map((size, i) => size * times[i]!)
  return backend.node('Tile', [x, backend.whole(times)], { T: typeOf(x), Tmultiples: whole }, { shape, dtype: x.dtype })
}

const transpose: Recorder = (backend, inputs, { perm }) => {
  const { x } = inputs as One
  const order = perm as number[]
  const shape = order.map((axis) => x.shape[axis]!)
  return backend.node('Transpose', [x, backend.whole(order)], { T: typeOf(x), Tperm: whole }, { shape, dtype: x.dtype })
}

const pad: Recorder = (backend, inputs, { paddings, constantValue }) => {
  const { x } = inputs as One
  const sides = paddings as [number, number][]
  const shape = x.shape.map((size, i) => size + sides[i]![0] + sides[i]![1])
  const parts = [
    backend.graph.constant(sides.flat(), [sides.length, 2], 'int32'),
    backend.graph.constant([Number(constantValue)], [], graphType(x.dtype)),
  ]
  return backend.node('PadV2', [x, ...parts], { T: typeOf(x), Tpaddings: whole }, { shape, dtype: x.dtype })
}

const select: Recorder = (backend, inputs) => {
  const { condition, t, e } = inputs as Record<'condition' | 't' | 'e', tf.TensorInfo>
  return backend.node('SelectV2', [condition, t, e], { T: typeOf(t) }, t)
}

const topK: Recorder = (backend, inputs, { k, sorted }) => {
  const { x } = inputs as One
  const name = backend.graph.add('TopKV2', [backend.outputOf(x), backend.whole(Number(k))], {
    T: typeOf(x),
    sorted: { flag: Boolean(sorted) },
  })
  const shape = x.shape.with(-1, Number(k))
  return [backend.tensorAt(`${name}:0`, shape, graphType(x.dtype)), backend.tensorAt(`${name}:1`, shape, 'int32')]
}

export const structuralKernels: Readonly<Record<string, Recorder>> = {
  Identity: (backend, { x }) => alias(backend, x!),
  Reshape: (backend, { x }, { shape }) =>
    reshaped(backend, x!, tf.util.inferFromImplicitShape(shape as number[], tf.util.sizeFromShape(x!.shape))),
  ExpandDims: (backend, { input }, { dim }) => {
    const at = Number(dim) < 0 ? Number(dim) + input!.shape.length + 1 : Number(dim)
    return reshaped(backend, input!, input!.shape.toSpliced(at, 0, 1))
  },
  Cast: cast,
  Concat: concat,
  SplitV: split,
  Slice: slice,
  GatherV2: gather,
  UnsortedSegmentSum: segmentSum,
  Fill: fill,
  Range: range,
  Tile: tile,
  Transpose: transpose,
  PadV2: pad,
  Select: select,
  TopK: topK,
}
