// Whether the TensorFlow that is loaded has products that add to what is there: oneDNN's on a CPU have, others not.
import { tf, type Program } from '#ml'
import { loadedGraph } from './loaded-graph.ts'
import { recording } from './recording.ts'

const sum: Program = {
  name: 'a product and what it adds to',
  run: (_, { a, b, c }) => ({
    updates: {},
    outputs: { y: tf.add(tf.matMul(a as tf.Tensor2D, b as tf.Tensor2D, false, true), c!) },
  }),
}

let found: boolean | null = null

/** Tries one, the first time it is asked. The native backend must be active. */
export function sumsCanBeFused(): boolean {
  return (found ??= tried())
}

function tried(): boolean {
  return tf.tidy(() => {
    const tensors: Record<string, tf.Tensor> = {
      a: tf.tensor2d([1, 2, 3, 4, 5, 6], [2, 3]),
      b: tf.tensor2d([1, 0, 2, 0, 1, 1], [2, 3]),
      c: tf.tensor2d([10, 20, 30, 40], [2, 2]),
    }
    const { graph, inputs } = recording(sum, () => undefined, tensors, {
      precision: 'float32',
      fusedSums: true,
    })
    const loaded = loadedGraph(graph, 1)
    try {
      const feed = inputs.map(({ name, node }) => ({ node, tensor: tensors[name]! }))
      const [y] = loaded.run(feed)
      return [17, 25, 46, 51].every((value, i) => y!.dataSync()[i] === value)
    } catch {
      return false // The operation, or this use of it, is not there.
    } finally {
      loaded.dispose()
    }
  })
}
