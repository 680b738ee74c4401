// The tfjs backend `trace`: its tensors are outputs of nodes in a graph in the making, its kernels add nodes and compute nothing.
// While it is active, tfjs's own autodiff therefore records the backward pass too.
import { tf, type InPlace, type Ordering } from '#ml'
import { emptyGraph, type GraphMaking } from './graph-def.ts'
import type { Attributes, GraphType } from './graph-node.ts'
import type { StandIns } from './sizes.ts'

export const traceName = 'trace'

/** Of the operands of matrix products; all else is float32. */
export type Precision = 'float32' | 'bfloat16'

/** How a graph computes what its program says. */
export type Arithmetic = {
  precision: Precision
  /** A product adds to what it is added to (fused-sums.ts); not every build of TensorFlow has such a product. */
  fusedSums: boolean
}

/** A backend must be a KernelBackend by prototype, hence a class. */
export class TraceBackend extends tf.KernelBackend implements Ordering, InPlace {
  #graph: GraphMaking = emptyGraph()
  readonly #outputs = new WeakMap<object, string>()
  #alive = 0

  #arithmetic: Arithmetic = { precision: 'float32', fusedSums: false }

  get arithmetic(): Arithmetic {
    return this.#arithmetic
  }

  /** Begins a new graph. Tensors of the one before mean nothing any more. */
  begin(standIns?: StandIns, arithmetic = this.#arithmetic): GraphMaking {
    this.#arithmetic = arithmetic
    return (this.#graph = emptyGraph(standIns))
  }

  get graph(): GraphMaking {
    return this.#graph
  }

  /** The node output that a tensor stands for. Throws for a tensor that was not made while recording. */
  outputOf({ dataId, shape }: tf.TensorInfo): string {
    const output = this.#outputs.get(dataId)
    if (output === undefined)
      throw new Error(
        `A program used a tensor [${shape}] that was made before it was recorded: make it an input or state.`,
      )
    return output
  }

  /** A tensor that stands for a node output. */
  tensorAt(output: string, shape: readonly number[], dtype: GraphType): tf.TensorInfo {
    const dataId = {}
    this.#outputs.set(dataId, output)
    this.#alive++
    return { dataId, shape: [...shape], dtype }
  }

  /** Adds a node of one output. */
  node(
    op: string,
    inputs: readonly (tf.TensorInfo | string)[],
    attributes: Attributes,
    { shape, dtype }: { shape: readonly number[]; dtype: string },
  ): tf.TensorInfo {
    const name = this.#graph.add(
      op,
      inputs.map((input) => (typeof input === 'string' ? input : this.outputOf(input))),
      attributes,
    )
    return this.tensorAt(`${name}:0`, shape, graphType(dtype))
  }

  /** A vector of whole numbers, or a scalar: axes, shapes, sizes. */
  whole(values: readonly number[] | number): string {
    return this.#graph.whole(values)
  }

  /** An Identity with a control input, which nobody merges with what it stands for. */
  afterwards(x: tf.Tensor, trigger: tf.Tensor): tf.Tensor {
    const inputs = [x, `^${this.outputOf(trigger).split(':')[0]}`]
    return tf.engine().makeTensorFromTensorInfo(this.node('Identity', inputs, { T: { type: graphType(x.dtype) } }, x))
  }

  /** Writes into the buffer of x and gives it again: x is a state entry, which is fed and fetched by reference. */
  rowsReplaced(x: tf.Tensor, rows: tf.Tensor, values: tf.Tensor): tf.Tensor {
    const replaced = this.node('InplaceUpdate', [x, rows, values], { T: { type: graphType(x.dtype) } }, x)
    return tf.engine().makeTensorFromTensorInfo(replaced)
  }

  override write(values: tf.BackendValues, shape: number[], dtype: tf.DataType): object {
    const output = this.#graph.constant(values as ArrayLike<number>, shape, graphType(dtype))
    return this.tensorAt(output, shape, graphType(dtype)).dataId
  }

  override disposeData(): boolean {
    this.#alive--
    return true
  }

  override readSync(): tf.BackendValues {
    throw new Error('A program reads the numbers of a tensor while it is recorded: it must go by shapes alone.')
  }

  override read(): Promise<tf.BackendValues> {
    return Promise.reject(new Error('A tensor of a graph that is being recorded has no numbers yet.'))
  }

  override refCount = () => 1
  override incRef = () => {}
  override numDataIds = () => this.#alive
  override memory = () => ({ unreliable: true })
  override floatPrecision = () => 32 as const
  override dispose = () => {}
}

/** Inputs by tfjs's names, attributes as tfjs gives them. */
export type Recorder = (
  backend: TraceBackend,
  inputs: Readonly<Record<string, tf.TensorInfo>>,
  attributes: Readonly<Record<string, unknown>>,
) => tf.TensorInfo | tf.TensorInfo[]

export function graphType(dtype: string): GraphType {
  if (dtype === 'float32' || dtype === 'int32' || dtype === 'bool') return dtype
  throw new Error(`A ${dtype} tensor cannot be recorded: programs compute with float32, int32 and bool.`)
}
