// A TensorFlow graph in the making: nodes are added one by one.
import type { Attributes, GraphNode, GraphType } from './graph-node.ts'
import { withFusedSums } from './fused-sums.ts'
import { sizeProduct, type SizeProduct, type StandIns } from './sizes.ts'

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
  /** The nodes, with sums fused into products where that is asked for. */
  nodes(how: { fusedSums: boolean }): GraphNode[]
}

/** A larger constant of one number throughout is made when it is used, and not held. */
const heldWhole = 1024

/** @param standIns the numbers that stand for sizes in the shapes of this graph */
export function emptyGraph(standIns: StandIns = new Map()): GraphMaking {
  const byKey = new Map<string, GraphNode>()
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
    return `${add('Const', [], { dtype: { type }, value: { values, shape, type } })}:0`
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
