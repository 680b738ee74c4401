// The plain executor: runs a program op by op on whatever tfjs backend is active. For tests, tiny models and machines
// without the native library.
import * as tf from './tf.ts'
import type { Tensor } from './tf.ts'
import { heldState } from './held-state.ts'
import { hostArray, tensorOf } from './host-arrays.ts'
import type { Executor, HostArrays, Program } from './program.ts'

const engineNames = { native: 'tensorflow', wasm: 'wasm', cpu: 'cpu' } as const

/**
 * An executor over tfjs's own backend. The backend must be registered (native and wasm by the caller, cpu always is).
 * Throws when it is not, or when it still has to be awaited with `tf.setBackend`.
 */
export function eagerExecutor(backend: keyof typeof engineNames): Executor {
  const state = heldState(() => activate(backend))
  activate(backend)

  return {
    backend,
    records: false,
    ...state.access,
    async run(program, inputs) {
      activate(backend)
      const { updates, outputs } = results(program, Object.fromEntries(state.tensors), inputs)
      for (const [name, tensor] of Object.entries(updates)) state.replace(name, tensor)
      try {
        const arrays = Object.entries(outputs).map(
          async ([name, tensor]) => [name, await hostArray(tensor, name)] as const,
        )
        return Object.fromEntries(await Promise.all(arrays))
      } finally {
        tf.dispose(outputs)
      }
    },
    dispose: state.dispose,
  }
}

/** Runs a program and frees all but its results. Results are clones: a program may hand back what it was given. */
function results(program: Program, state: Record<string, Tensor>, inputs: HostArrays) {
  return tf.tidy(() => {
    const given = mapped(inputs, tensorOf)
    const { updates, outputs } = program.run(state, given)
    return {
      updates: mapped(updates, (tensor) => tf.clone(tensor)),
      outputs: mapped(outputs, (tensor) => tf.clone(tensor)),
    }
  })
}

/** tfjs sets a ready backend within the call; one that must be loaded first (wasm) is left to the caller to await. */
function activate(backend: keyof typeof engineNames): void {
  const name = engineNames[backend]
  if (tf.getBackend() === name) return
  if (!tf.findBackendFactory(name))
    throw new Error(`The ${backend} backend is not there: it must be registered before use.`)
  tf.setBackend(name).catch(() => {}) // A refusal shows in the next line.
  if (tf.getBackend() !== name || !tf.findBackend(name))
    throw new Error(`The ${backend} backend is not ready: await tf.setBackend('${name}') first.`)
}

function mapped<A, B>(record: Readonly<Record<string, A>>, f: (value: A, name: string) => B): Record<string, B> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, f(value, name)]))
}
