// The graph executor: each program is recorded once per shapes as a TensorFlow graph, and a run of it is one call.
//
// Where the state lives. Every graph that tfjs-node loads is a session of its own with a resource manager of its own, so a
// resource variable of one graph is not there for the next, and programs come one by one: one graph for all of them would have to
// be loaded anew, its state moved over, at each new program and each new shape of a batch. So the state is not in the graphs. It is
// held as tensors of the native backend, fed by reference and fetched by reference (no copy on a CPU), and all graphs share it.
// What follows: reads always come before writes; old and new of an update are there at once; on a GPU, feeds pass through the
// host, so there the state has to move into variables once a run has few programs of fixed shape.
import { heldState, hostArray, tensorOf, tf, type Executor, type HostArrays, type Program } from '#ml'
import { loadedGraph, type LoadedGraph } from './loaded-graph.ts'
import { recording, type Form, type Port, type Recording } from './recording.ts'

/** Graphs that are kept loaded however large they are: those of one training step, scoring and an answer. */
const keptGraphs = 6

type Recorded = Omit<Recording, 'graph'> & { loaded: LoadedGraph; program: Program; inputForms: string }

/**
 * An executor that runs programs as TensorFlow graphs. Native TensorFlow must be loaded (`loadBackend`).
 * The first run of a program, and of each new set of shapes, records and loads it: half a second for six layers.
 * A loaded graph costs about 15 kB a node. Beyond `keptNodes` in all, the ones not run for longest are recorded again when wanted.
 */
export function graphExecutor({ keptNodes = 60_000 } = {}): Executor {
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

  const graphOf = (program: Program, inputs: HostArrays): Recorded => {
    const inputForms = JSON.stringify(Object.entries(inputs).map(([name, input]) => [name, formKey(input)]))
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
    const { graph, ...ports } = recording(program, (name) => state.tensors.get(name), inputs)
    const made = { ...ports, loaded: loadedGraph(graph), program, inputForms }
    graphs.add(made)
    trim()
    return made
  }

  return {
    backend: 'native graph',
    ...state.access,
    async run(program, inputs) {
      activate()
      const graph = graphOf(program, inputs)
      const given = graph.inputs.map(({ name, node }) => ({ node, tensor: tensorOf(inputs[name]!, name) }))
      const held = graph.state.map(({ name, node }) => ({ node, tensor: state.tensors.get(name)! }))
      const fetched = fetchedFrom(graph, [...held, ...given])
      const results = graph.updates.map(({ name }, i) => ({ name, tensor: fetched[i]! }))
      for (const { name, tensor } of results) state.replace(name, tensor)
      const outputs = fetched.slice(graph.updates.length)
      try {
        const arrays = graph.outputs.map(async ({ name }, i) => [name, await hostArray(outputs[i]!, name)] as const)
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

function fetchedFrom({ program, loaded, updates, outputs }: Recorded, feed: { node: string; tensor: tf.Tensor }[]) {
  try {
    return loaded.run(
      feed,
      [...updates, ...outputs].map(({ node }: Port) => node),
    )
  } catch (thrown) {
    const said = (thrown instanceof Error ? thrown.message : String(thrown)).split('\n')[0]
    throw new Error(`TensorFlow could not run the program '${program.name}': ${said}`, { cause: thrown })
  }
}

const formKey = (form: Form | null | undefined) => (form ? `${form.dtype} [${form.shape.join()}]` : 'none')

function activate(): void {
  if (tf.getBackend() !== 'tensorflow') tf.setBackend('tensorflow').catch(() => {}) // A refusal shows when the graph is loaded.
}
