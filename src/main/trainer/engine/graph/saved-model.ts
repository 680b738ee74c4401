// A recorded graph as the bytes of a saved model (TensorFlow's graph.proto, function.proto and saved_model.proto).
//
// The nodes are the body of a function that the graph calls, because a function can be told what a session cannot: to run as
// recorded. TensorFlow's graph optimiser takes seconds over thirty layers and finds nothing that the recorder has left.
import type { Attribute, GraphNode, GraphType } from './graph-node.ts'
import { field, joined, mapField, wholeField, wholesField, type Bytes } from './wire.ts'

const typeNumbers = { float32: 1, int32: 3, bool: 10, bfloat16: 14 } as const // DataType in types.proto
const bytesOf = { float32: Float32Array, int32: Int32Array, bool: Uint8Array } as const

/** Graphs of TensorFlow 2.9; later ones read it too. */
const producer = 987

/** The function's name. */
const program = 'program'

/** ConfigProto { graph_options { rewrite_options { disable_meta_optimizer: true } } }. */
const asRecorded = field(10, field(10, wholeField(19, 1)))

/**
 * The attributes that keep the function whole: it is not put in place of its call, and is left alone by the optimiser of the graph
 * around it, which takes it for one of those that tf.data optimises by itself.
 */
const leftAlone = { _noinline: wholeField(5, 1), _tf_data_function: wholeField(5, 1) }

/** What a function's body calls the outputs of its operations: the names in TensorFlow's list of operations, by output. */
const outputNames: Readonly<Record<string, readonly string[]>> = {
  z: [
    ...['AddV2', 'Sub', 'Mul', 'RealDiv', 'FloorDiv', 'FloorMod', 'Maximum', 'Minimum', 'Pow', 'SquaredDifference'],
    ...['Equal', 'NotEqual', 'Greater', 'GreaterEqual', 'Less', 'LessEqual', 'LogicalAnd', 'LogicalOr'],
  ],
  y: [
    ...['Cos', 'Erf', 'Exp', 'Floor', 'Log', 'Neg', 'Rsqrt', 'Sigmoid', 'Sin', 'Sqrt', 'Square', 'Tanh'],
    ...['ZerosLike', 'OnesLike', 'LogicalNot', 'Cast', 'Transpose', 'InplaceUpdate'],
  ],
  output: [
    ...['BatchMatMulV2', 'Sum', 'Max', 'Min', 'Mean', 'Reshape', 'Identity', 'Const', 'Fill', 'ConcatV2', 'SplitV'],
    ...['Slice', 'GatherV2', 'UnsortedSegmentSum', 'Tile', 'PadV2', 'SelectV2', 'Range', 'Pack', 'ArgMax'],
  ],
  product: ['MatMul', '_FusedMatMul'],
  softmax: ['Softmax'],
  activations: ['Softplus'],
}

const outputNameOf = new Map(Object.entries(outputNames).flatMap(([name, ops]) => ops.map((op) => [op, name])))

/** The node of a saved model whose outputs are the results. */
export const resultsNode = 'call'

/** An output of a node, `name:index`, and its type. */
export type Result = { output: string; type: GraphType }

/**
 * The content of a saved_model.pb that runs these nodes. Placeholders are fed under their names; results are fetched as the
 * outputs of `resultsNode`.
 * @throws Error naming an operation whose outputs have no known name
 */
export function savedModel(nodes: readonly GraphNode[], results: readonly Result[]): Bytes {
  const byName = new Map(nodes.map((node) => [node.name, node]))
  const fed = nodes.filter(({ op }) => op === 'Placeholder')
  const fedTypes = fed.map(({ attributes }) => typeNumber(attributes.dtype))
  const types = results.map(({ type }) => typeNumbers[type])
  const body = nodes
    .filter(({ op }) => op !== 'Placeholder')
    .map((node) => ({ ...node, inputs: node.inputs.map((input) => inBody(input, byName)) }))
  const signature = [
    field(1, program),
    ...fed.map(({ name }, i) => field(2, field(1, name), wholeField(3, fedTypes[i]!))),
    ...types.map((type, i) => field(3, field(1, resultName(i)), wholeField(3, type))),
  ]
  const definition = [
    field(1, ...signature),
    ...body.map((node) => field(3, nodeDef(node))),
    ...results.map(({ output }, i) => field(4, field(1, resultName(i)), field(2, inBody(output, byName)))),
    mapField(5, leftAlone),
  ]
  const call = [
    ...[field(1, resultsNode), field(2, 'PartitionedCall'), ...fed.map(({ name }) => field(3, name))],
    mapField(5, {
      Tin: field(1, wholesField(6, fedTypes)),
      Tout: field(1, wholesField(6, types)),
      f: field(10, field(1, program)),
      config_proto: field(2, asRecorded),
    }),
  ]
  const graph = [
    ...fed.map((node) => field(1, nodeDef(node))),
    field(1, ...call),
    field(2, field(1, ...definition)),
    field(4, wholeField(1, producer)),
  ]
  return joined([wholeField(1, 1), field(2, field(1, field(4, 'serve')), field(2, ...graph))])
}

const resultName = (i: number) => `r${i}`

/** Outputs that have a name each. */
const outputsOf: Readonly<Record<string, readonly string[]>> = { TopKV2: ['values', 'indices'] }

/** An input as the body of a function writes it: `node:output name:index`, an argument by its name alone. */
function inBody(input: string, byName: ReadonlyMap<string, GraphNode>): string {
  if (input.startsWith('^')) return input
  const [name, index] = input.split(':') as [string, string]
  const { op } = byName.get(name)!
  if (op === 'Placeholder') return name
  const own = outputsOf[op]?.[Number(index)]
  if (own) return `${name}:${own}:0`
  const output = outputNameOf.get(op)
  if (!output) throw new Error(`The operation ${op} is recorded, but saved-model.ts does not know its output's name.`)
  return `${name}:${output}:${index}`
}

function nodeDef({ name, op, inputs, attributes }: Pick<GraphNode, 'name' | 'op' | 'inputs' | 'attributes'>): Bytes {
  const values = Object.fromEntries(Object.entries(attributes).map(([key, value]) => [key, attrValue(value)]))
  return joined([field(1, name), field(2, op), ...inputs.map((input) => field(3, input)), mapField(5, values)])
}

function attrValue(attribute: Attribute): Bytes {
  if ('values' in attribute) {
    const content = new Uint8Array(bytesOf[attribute.type].from(attribute.values).buffer)
    const shape = shapeOf(attribute.shape)
    return field(8, wholeField(1, typeNumbers[attribute.type]), field(2, shape), field(4, content))
  }
  if ('type' in attribute) return wholeField(6, typeNumbers[attribute.type])
  if ('int' in attribute) return wholeField(3, attribute.int)
  if ('flag' in attribute) return wholeField(5, Number(attribute.flag))
  if ('words' in attribute) return field(1, ...attribute.words.map((word) => field(2, word)))
  return field(7, shapeOf(attribute.shape))
}

/** A side of -1 is one that is not known. */
function shapeOf(shape: readonly number[]): Bytes {
  return joined(shape.map((size) => field(2, size < 0 ? unknownSide : wholeField(1, size))))
}

/** -1 as int64: a varint of two's complement. */
const unknownSide = Uint8Array.of(8, 255, 255, 255, 255, 255, 255, 255, 255, 255, 1)

function typeNumber(attribute: Attribute | undefined): number {
  if (attribute && 'type' in attribute) return typeNumbers[attribute.type]
  throw new Error('A node of the graph says no type.')
}
