// Records a program: it runs on the backend `trace`, and what it would have computed is a TensorFlow graph.
import { tf, type Program } from '#ml'
import { sizeProduct, standInSets, standingIn, type SizedForm, type StandIns } from './sizes.ts'
import type { GraphNode } from './graph-node.ts'
import { registerTraceKernels } from './kernels.ts'
import { savedModel, type Result } from './saved-model.ts'
import { graphType, TraceBackend, traceName, type Arithmetic } from './trace-backend.ts'

/** Type and shape of a tensor, all that a recorded program may go by. */
export type Form = { dtype: string; shape: readonly number[] }

/** Where a graph takes a tensor in. */
export type Port = { name: string; node: string }

export type Recording = {
  /** The content of saved_model.pb. */
  graph: Uint8Array
  nodes: readonly GraphNode[]
  /** State and inputs that the graph must be fed. */
  state: Port[]
  inputs: Port[]
  /** Where it takes the values of `names`, int32, in this order; null when no number in it depends on them. */
  sizes: { node: string; names: readonly string[] } | null
  /** Names of the results, in their order: updates come first. */
  updates: string[]
  outputs: string[]
  /** Every state entry that the program asked for, null where there was none: with other forms it is another graph. */
  asked: ReadonlyMap<string, Form | null>
}

/**
 * Records `program` for state and inputs of these forms, and for all sizes of what they name. Leaves no tensor behind and the active
 * backend as it was. Throws one line when the program uses an operation that cannot be recorded, which it names, or a size as
 * something else than a size: two recordings with other stand-ins would differ.
 */
export function recording(
  program: Program,
  state: (name: string) => Form | undefined,
  inputs: Readonly<Record<string, SizedForm>>,
  arithmetic: Arithmetic = { precision: 'float32', fusedSums: false },
): Recording {
  const names = [
    ...new Set(Object.values(inputs).flatMap(({ shape }) => shape.filter((side) => typeof side === 'string'))),
  ]
  const recorded: Made[] = []
  for (const standIns of standInSets(names)) {
    const next = recordedWith(standIns, program, state, inputs, arithmetic)
    if (names.length === 0 || recorded.some(({ nodes }) => areSame(nodes, next.nodes)))
      return { ...next, graph: savedModel(next.nodes, next.results) }
    recorded.push(next)
  }
  throw new Error(`Program '${program.name}' computes with one of the sizes ${names.join(', ')} as a number.`)
}

type Made = Omit<Recording, 'graph'> & { results: readonly Result[] }

function areSame(a: readonly GraphNode[], b: readonly GraphNode[]): boolean {
  return a.length === b.length && a.every((node, i) => node.key === b[i]!.key)
}

function recordedWith(
  standIns: StandIns,
  program: Program,
  state: (name: string) => Form | undefined,
  inputs: Readonly<Record<string, SizedForm>>,
  arithmetic: Arithmetic,
): Made {
  const active = tf.getBackend()
  const backend = activeTrace()
  const graph = backend.begin(standIns, arithmetic)
  const fed: tf.Tensor[] = []
  const placeholder = ({ dtype, shape }: Form) => {
    const type = graphType(dtype)
    const known = shape.map((side) => (sizeProduct(side, standIns) ? -1 : side))
    const node = graph.add('Placeholder', [], { dtype: { type }, shape: { shape: known } })
    // Kept: it may be asked for within a tidy that ends before the program does.
    const tensor = tf.keep(tf.engine().makeTensorFromTensorInfo(backend.tensorAt(`${node}:0`, shape, type)))
    fed.push(tensor)
    return { tensor, node }
  }
  const given = Object.entries(inputs).map(([name, form]) => ({ name, ...placeholder(standingIn(form, standIns)) }))
  const asked = new Map<string, Form | null>()
  const held = new Map<string, ReturnType<typeof placeholder>>()
  const lookUp = (name: string) => {
    if (!asked.has(name)) {
      const form = state(name)
      asked.set(name, form ?? null)
      if (form) held.set(name, placeholder(form))
    }
    return held.get(name)?.tensor
  }
  try {
    const made = tf.tidy(() => {
      const inputTensors = Object.fromEntries(given.map(({ name, tensor }) => [name, tensor]))
      const { updates, outputs } = program.run(stateOf(program, lookUp), inputTensors)
      const results = [...Object.values(updates), ...Object.values(outputs)].map((tensor) => ({
        output: backend.outputOf(tensor),
        type: graphType(tensor.dtype),
      }))
      return { updates: Object.keys(updates), outputs: Object.keys(outputs), results }
    })
    const sizesNode = graph.sizes()
    return {
      ...made,
      sizes: sizesNode === null ? null : { node: sizesNode, names: [...standIns.keys()] },
      nodes: graph.nodes(arithmetic),
      state: Array.from(held, ([name, { node }]) => ({ name, node })),
      inputs: given.map(({ name, node }) => ({ name, node })),
      asked,
    }
  } catch (thrown) {
    throw named(thrown, program)
  } finally {
    for (const tensor of fed) tensor.dispose()
    backend.begin() // Frees the nodes.
    setBackend(active)
  }
}

/** The state as the program sees it: an entry is fed when it is asked for. */
function stateOf(
  program: Program,
  lookUp: (name: string) => tf.Tensor | undefined,
): Readonly<Record<string, tf.Tensor>> {
  return new Proxy<Record<string, tf.Tensor>>(
    {},
    {
      get: (_, name) => (typeof name === 'string' ? lookUp(name) : undefined),
      has: (_, name) => typeof name === 'string' && lookUp(name) !== undefined,
      ownKeys: () => {
        throw new Error(`Program '${program.name}' lists its state, so it cannot be recorded: it must ask by name.`)
      },
    },
  )
}

function named(thrown: unknown, program: Program): unknown {
  const message = thrown instanceof Error ? thrown.message : String(thrown)
  const kernel = /^Kernel '(.+)' not registered for backend 'trace'/.exec(message)?.[1]
  if (!kernel) return thrown
  return new Error(
    `Program '${program.name}' uses the operation ${kernel}, which the graph executor cannot record: ` +
      `it must be added to main/trainer/engine/graph/kernels.ts.`,
    { cause: thrown },
  )
}

function activeTrace(): TraceBackend {
  if (!tf.findBackendFactory(traceName)) {
    tf.registerBackend(traceName, () => new TraceBackend(), 0)
    registerTraceKernels()
  }
  setBackend(traceName)
  const backend = tf.backend()
  if (!(backend instanceof TraceBackend)) throw new Error('The backend that records programs could not be made active.')
  return backend
}

/** tfjs sets a backend that is made at once within the call. */
function setBackend(name: string): void {
  tf.setBackend(name).catch(() => {}) // A refusal shows in what runs next.
}
