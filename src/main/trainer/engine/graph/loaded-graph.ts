// A recorded program as a session of native TensorFlow, through the binding's way to load and run saved models.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { tf } from '#ml'
import { resultsNode } from './saved-model.ts'

/** What tfjs-node's backend offers for saved models; sessions go by number. */
type NativeBackend = {
  loadSavedModelMetaGraph(folder: string, tags: string): number
  runSavedModel(session: number, inputs: tf.Tensor[], infos: { name: string }[], outputs: string[]): tf.Tensor[]
  deleteSavedModel(session: number): void
}

export type LoadedGraph = {
  /** Feeds tensors to nodes and returns the results, new tensors of the caller's. */
  run(feed: readonly { node: string; tensor: tf.Tensor }[]): tf.Tensor[]
  dispose(): void
}

/** Loads the content of a saved_model.pb that gives so many results. Its folder is only there meanwhile. The native backend must be active. */
export function loadedGraph(savedModel: Uint8Array, results: number): LoadedGraph {
  const backend = nativeBackend()
  const folder = mkdtempSync(join(tmpdir(), 'attune-graph-'))
  const session = (() => {
    try {
      writeFileSync(join(folder, 'saved_model.pb'), savedModel)
      return backend.loadSavedModelMetaGraph(folder, 'serve')
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  })()
  return {
    run: (feed) =>
      results === 0
        ? []
        : backend.runSavedModel(
            session,
            feed.map(({ tensor }) => tensor),
            feed.map(({ node }) => ({ name: `${node}:0` })),
            Array.from({ length: results }, (_, i) => `${resultsNode}:${i}`),
          ),
    dispose: () => backend.deleteSavedModel(session),
  }
}

function nativeBackend(): NativeBackend {
  const backend: unknown = tf.backend()
  if (typeof backend === 'object' && backend !== null && 'loadSavedModelMetaGraph' in backend)
    return backend as NativeBackend
  throw new Error(`The graph executor needs native TensorFlow; the active backend is ${tf.getBackend()}.`)
}
