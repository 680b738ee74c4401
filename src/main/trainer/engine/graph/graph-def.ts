// A TensorFlow graph in the making: nodes are added one by one, then all of it becomes the bytes of a saved model.
import { protos, shapeProto, wordsProto, type AttrValue, type NodeDef } from './protos.ts'
import type { Attribute, Attributes, GraphNode, GraphType } from './graph-node.ts'
import { withFusedSums } from './fused-sums.ts'
import { sizeProduct, type SizeProduct, type StandIns } from './sizes.ts'

const typeNumbers = { float32: 1, int32: 3, bool: 10, bfloat16: 14 } as const // DataType in types.proto
const bytesOf = { float32: Float32Array, int32: Int32Array, bool: Uint8Array } as const

export type GraphMaking = {
  /**
   * The name of a node that does this; its outputs are called `name:0`, `name:1`. `inputs` are such outputs, or `^name` for one
   * that must have run. What was added before is not added again.
   */
  add(op: string, inputs: readonly string[], attributes: Attributes): string
  /** Adds a constant and returns its output. */
  constant(values: ArrayLike<number>, shape: readonly number[], type: GraphType): string
  /** Adds whole numbers made from shapes: a vector, or a scalar. Those that depend on sizes are made from what the graph is fed. */
  whole(values: readonly number[] | number): string
  /** The node that is fed the sizes, in the order of the stand-ins, int32; null when no number depended on one. */
  sizes(): string | null
  /** Says of a node AddV2 that its float32 summands have one shape, whose last side is `width`. */
  markSum(node: string, width: number): void
  /** Whether an output is a small constant without a zero. */
  isDivisor(output: string): boolean
  /** The nodes, with sums fused into products where that is asked for. */
  nodes(how: { fusedSums: boolean }): GraphNode[]
}

/** Numbers up to which a constant is looked at for zeros. */
const small = 16
/** A larger constant of one number throughout is made when it is used, and not held. */
const heldWhole = 1024

/** @param standIns the numbers that stand for sizes in the shapes of this graph */
export function emptyGraph(standIns: StandIns = new Map()): GraphMaking {
  const byKey = new Map<string, GraphNode>()
  const divisors = new Set<string>()
  const sums = new Map<string, number>()

  const add: GraphMaking['add'] = (op, inputs, attributes) => {
    const number = byKey.size
    // Two placeholders of one form are two.
    const key = `${op} ${inputs.join()} ${attributesKey(attributes)}${op === 'Placeholder' ? number : ''}`
    const known = byKey.get(key)
    if (known) return known.name
    const name = `n${number}` // No ',' or ':' in it: the binding parses lists of names.
    byKey.set(key, { name, op, inputs, attributes, key })
    return name
  }

  const constant: GraphMaking['constant'] = (values, shape, type) => {
    if (values.length > heldWhole && isOneNumber(values)) {
      const inputs = [whole(shape), constant([values[0]!], [], type)]
      return `${add('Fill', inputs, { T: { type }, index_type: { type: 'int32' } })}:0`
    }
    const sized = shape.find((side) => sizeProduct(side, standIns))
    if (sized !== undefined)
      throw new Error(
        `A program makes an array [${shape}] by a size that changes: it must use tf.range, or take an input.`,
      )
    const output = `${add('Const', [], { dtype: { type }, value: { values, shape, type } })}:0`
    if (values.length <= small && !Array.from(values).includes(0)) divisors.add(output)
    return output
  }

  let sizesNode: string | null = null
  const int32 = { type: 'int32' } as const

  const size = (name: string): string => {
    sizesNode ??= add('Placeholder', [], { dtype: int32, shape: { shape: [standIns.size] } })
    const index = constant([[...standIns.keys()].indexOf(name)], [], 'int32')
    const attributes = { batch_dims: { int: 0 }, Tparams: int32, Tindices: int32, Taxis: int32 }
    return `${add('GatherV2', [`${sizesNode}:0`, index, constant([0], [], 'int32')], attributes)}:0`
  }

  const product = ({ factor, names }: SizeProduct): string =>
    names
      .map(size)
      .concat(factor === 1 ? [] : [constant([factor], [], 'int32')])
      .reduce((a, b) => `${add('Mul', [a, b], { T: int32 })}:0`)

  const whole: GraphMaking['whole'] = (values) => {
    if (typeof values === 'number') {
      const sized = sizeProduct(values, standIns)
      return sized ? product(sized) : constant([values], [], 'int32')
    }
    if (!values.some((value) => sizeProduct(value, standIns))) return constant(values, [values.length], 'int32')
    const attributes = { N: { int: values.length }, T: int32, axis: { int: 0 } }
    return `${add('Pack', values.map(whole), attributes)}:0`
  }

  return {
    add,
    constant,
    whole,
    sizes: () => sizesNode,
    isDivisor: (output) => divisors.has(output),
    markSum: (node, width) => sums.set(node, width),
    nodes({ fusedSums }) {
      const zeros = (width: number) => constant(new Float32Array(width), [width], 'float32')
      return fusedSums
        ? withFusedSums([...byKey.values()], sums, zeros, () => [...byKey.values()])
        : [...byKey.values()]
    },
  }
}

function attributesKey(attributes: Attributes): string {
  let key = ''
  for (const name in attributes) {
    const value = attributes[name]!
    if ('values' in value)
      key += `${name}=${value.type}[${value.shape.join()}]${Array.prototype.join.call(value.values)};`
    else key += `${name}=${String(Object.values(value)[0])};`
  }
  return key
}

function isOneNumber(values: ArrayLike<number>): boolean {
  for (let i = 1; i < values.length; i++) if (values[i] !== values[0]) return false
  return true
}

function attrValue(attribute: Attribute): AttrValue {
  const { AttrValue, Tensor } = protos()
  const value = new AttrValue()
  if ('values' in attribute) {
    const tensor = new Tensor()
    tensor.setDtype(typeNumbers[attribute.type])
    tensor.setTensorShape(shapeProto(attribute.shape))
    tensor.setTensorContent(new Uint8Array(bytesOf[attribute.type].from(attribute.values).buffer))
    value.setTensor(tensor)
  } else if ('type' in attribute) value.setType(typeNumbers[attribute.type])
  else if ('int' in attribute) value.setI(attribute.int)
  else if ('flag' in attribute) value.setB(attribute.flag)
  else if ('words' in attribute) value.setList(wordsProto(attribute.words))
  else value.setShape(shapeProto(attribute.shape))
  return value
}

/** The content of saved_model.pb for these nodes. */
export function savedModel(nodes: readonly GraphNode[]): Uint8Array {
  const { GraphDef, MetaGraphDef, SavedModel, VersionDef } = protos()
  const version = new VersionDef()
  version.setProducer(987) // Graphs of TensorFlow 2.9; later ones read it too.
  const graph = new GraphDef()
  graph.setNodeList(nodes.map(nodeProto))
  graph.setVersions(version)
  const info = new MetaGraphDef.MetaInfoDef()
  info.addTags('serve')
  const meta = new MetaGraphDef()
  meta.setMetaInfoDef(info)
  meta.setGraphDef(graph)
  const model = new SavedModel()
  model.setSavedModelSchemaVersion(1)
  model.addMetaGraphs(meta)
  return model.serializeBinary()
}

function nodeProto({ name, op, inputs, attributes }: GraphNode): NodeDef {
  const node = new (protos().NodeDef)()
  node.setName(name)
  node.setOp(op)
  node.setInputList([...inputs])
  for (const [key, value] of Object.entries(attributes)) node.getAttrMap().set(key, attrValue(value))
  return node
}
