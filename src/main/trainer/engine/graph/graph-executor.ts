// The graph executor: each program is recorded as a TensorFlow graph, once for all sizes that it declares, and a run of it is one call.
//
// Where the state lives. Every graph that tfjs-node loads is a session of its own with a resource manager of its own, so a
// resource variable of one graph is not there for the next, and programs come one by one: one graph for all of them would have to
// be loaded anew, its state moved over, at each new program and each new shape of a batch. So the state is not in the graphs. It is
// held as tensors of the native backend, fed by reference and fetched by reference (no copy on a CPU), and all graphs share it.
// What follows: reads always come before writes; old and new of an update are there at once; on a GPU, feeds pass through the
// host, so there the state has to move into variables once a run has few programs of fixed shape.
import { heldState, hostArray, tensorOf, tf, type Executor, type Program } from '#ml'
import { sumsCanBeFused } from './fusing.ts'
import { loadedGraph, type LoadedGraph } from './loaded-graph.ts'
import { recording, type Form, type Recording } from './recording.ts'
import { sizedInputs } from './sizes.ts'
import type { Precision } from './trace-backend.ts'

/** Graphs that are kept loaded however large they are: those of one training step, scoring and an answer. */
const keptGraphs = 6

type Recorded = Omit<Recording, 'graph' | 'nodes'> & {
  nodes: number
  loaded: LoadedGraph
  program: Program
  inputForms: string
}

export type GraphOptions = {
  /** Nodes that loaded graphs may have in all. */
  keptNodes?: number
  /** Of the operands of matrix products. */
  precision?: Precision
}

/**
 * An executor that runs programs as TensorFlow graphs. Native TensorFlow must be loaded (`loadBackend`).
 * The first run of a program records and loads it, and so does each new set of shapes, but for the sizes that it declares.
 * A loaded graph costs about 15 kB a node. Beyond `keptNodes` in all, the ones not run for longest are recorded again when wanted.
 */
export function graphExecutor({ keptNodes = 60_000, precision = 'float32' }: GraphOptions = {}): Executor {
  const state = heldState(activate)
  /** In order of use, the latest last. */
  const graphs = new Set<Recorded>()

  const forget = (graph: Recorded) => {
    graphs.delete(graph)
    graph.loaded.dispose()
  }

  const trim = () => {
    let nodes = [...graphs].reduce((total, graph) => total + graph.nodes, 0)
    for (const graph of [...graphs].slice(0, -keptGraphs)) {
      if (nodes <= keptNodes) return
      nodes -= graph.nodes
      forget(graph)
    }
  }

  const graphOf = (program: Program, forms: ReturnType<typeof sizedInputs>['forms']): Recorded => {
    const inputForms = JSON.stringify(forms)
    const fits = (graph: Recorded) =>
      graph.program === program &&
      graph.inputForms === inputForms &&
      [...graph.asked].every(([name, form]) => formKey(form) === formKey(state.tensors.get(name)))
    const found = [...graphs].find(fits)
    if (found) {
      graphs.delete(found)
      graphs.add(found)
      return found
    }
    const { graph, nodes, ...ports } = recording(program, (name) => state.tensors.get(name), forms, {
      precision,
      fusedSums: sumsCanBeFused(),
    })
    const loaded = loadedGraph(graph, ports.updates.length + ports.outputs.length)
    const made = { ...ports, nodes: nodes.length, loaded, program, inputForms }
    graphs.add(made)
    trim()
    return made
  }

  return {
    backend: 'native graph',
    records: true,
    ...state.access,
    async run(program, inputs) {
      activate()
      const { forms, values } = sizedInputs(program, inputs)
      const graph = graphOf(program, forms)
      const given = graph.inputs.map(({ name, node }) => ({ node, tensor: tensorOf(inputs[name]!, name) }))
      if (graph.sizes) given.push({ node: graph.sizes.node, tensor: sizesTensor(graph.sizes.names, values) })
      const held = graph.state.map(({ name, node }) => ({ node, tensor: state.tensors.get(name)! }))
      const fetched = fetchedFrom(graph, [...held, ...given])
      const results = graph.updates.map((name, i) => ({ name, tensor: fetched[i]! }))
      for (const { name, tensor } of results) state.replace(name, tensor)
      const outputs = fetched.slice(graph.updates.length)
      try {
        const arrays = graph.outputs.map(async (name, i) => [name, await hostArray(outputs[i]!, name)] as const)
        return Object.fromEntries(await Promise.all(arrays))
      } finally {
        tf.dispose(outputs)
        tf.dispose(given.map(({ tensor }) => tensor))
      }
    },
    dispose() {
      state.dispose()
      for (const graph of [...graphs]) forget(graph)
    },
  }
}

function fetchedFrom({ program, loaded }: Recorded, feed: { node: string; tensor: tf.Tensor }[]) {
  try {
    return loaded.run(feed)
  } catch (thrown) {
    const said = (thrown instanceof Error ? thrown.message : String(thrown)).split('\n')[0]
    throw new Error(`TensorFlow could not run the program '${program.name}': ${said}`, { cause: thrown })
  }
}

function sizesTensor(names: readonly string[], values: ReadonlyMap<string, number>): tf.Tensor {
  return tf.tensor1d(
    Int32Array.from(names, (name) => values.get(name)!),
    'int32',
  )
}

const formKey = (form: Form | null | undefined) => (form ? `${form.dtype} [${form.shape.join()}]` : 'none')

function activate(): void {
  if (tf.getBackend() !== 'tensorflow') tf.setBackend('tensorflow').catch(() => {}) // A refusal shows when the graph is loaded.
}
