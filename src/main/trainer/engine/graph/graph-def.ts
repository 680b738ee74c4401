// A TensorFlow graph in the making: nodes are added one by one, then all of it becomes the bytes of a saved model.
import { protos, shapeProto, type AttrValue, type NodeDef } from './protos.ts'

/** What tfjs and TensorFlow both have and programs use. */
export type GraphType = 'float32' | 'int32' | 'bool'

const typeNumbers = { float32: 1, int32: 3, bool: 10 } as const // DataType in types.proto
const bytesOf = { float32: Float32Array, int32: Int32Array, bool: Uint8Array } as const

export type Attribute =
  | { type: GraphType }
  | { int: number }
  | { flag: boolean }
  | { shape: readonly number[] }
  | { values: ArrayLike<number>; shape: readonly number[]; type: GraphType }

export type Attributes = Readonly<Record<string, Attribute>>

export type GraphMaking = {
  /** Adds a node and returns its name; its outputs are called `name:0`, `name:1`. `inputs` are such outputs. */
  add(op: string, inputs: readonly string[], attributes: Attributes): string
  /** Adds a constant and returns its output. Small ones of the same numbers are one node. */
  constant(values: ArrayLike<number>, shape: readonly number[], type: GraphType): string
  /** Whether an output is a small constant without a zero. */
  isDivisor(output: string): boolean
  /** Nodes so far. */
  size(): number
  /** The content of saved_model.pb. */
  savedModel(): Uint8Array
}

/** Numbers of a constant up to which it is looked up among those that are there. */
const small = 16
/** A larger constant of one number throughout is made when it is used, and not held. */
const heldWhole = 1024

export function emptyGraph(): GraphMaking {
  const nodes: NodeDef[] = []
  const known = new Map<string, string>()
  const divisors = new Set<string>()

  const add: GraphMaking['add'] = (op, inputs, attributes) => {
    const node = new (protos().NodeDef)()
    const name = `n${nodes.length}` // No ',' or ':' in it: the binding parses lists of names.
    node.setName(name)
    node.setOp(op)
    node.setInputList([...inputs])
    for (const [key, value] of Object.entries(attributes)) node.getAttrMap().set(key, attrValue(value))
    nodes.push(node)
    return name
  }

  const constant: GraphMaking['constant'] = (values, shape, type) => {
    const made = () => {
      if (values.length > heldWhole && isOneNumber(values)) {
        const inputs = [constant(shape, [shape.length], 'int32'), constant([values[0]!], [], type)]
        return `${add('Fill', inputs, { T: { type }, index_type: { type: 'int32' } })}:0`
      }
      return `${add('Const', [], { dtype: { type }, value: { values, shape, type } })}:0`
    }
    if (values.length > small) return made()
    const key = `${type} [${shape.join()}] ${Array.from(values).join()}`
    const output = known.get(key) ?? made()
    known.set(key, output)
    if (!Array.from(values).includes(0)) divisors.add(output)
    return output
  }

  return {
    add,
    constant,
    isDivisor: (output) => divisors.has(output),
    size: () => nodes.length,
    savedModel: () => savedModel(nodes),
  }
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
  else value.setShape(shapeProto(attribute.shape))
  return value
}

function savedModel(nodes: NodeDef[]): Uint8Array {
  const { GraphDef, MetaGraphDef, SavedModel, VersionDef } = protos()
  const version = new VersionDef()
  version.setProducer(987) // Graphs of TensorFlow 2.9; later ones read it too.
  const graph = new GraphDef()
  graph.setNodeList(nodes)
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
