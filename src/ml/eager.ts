// The plain executor: runs a program op by op on whatever tfjs backend is active. For tests, tiny models and machines
// without the native library.
import * as tf from './tf.ts'
import type { Tensor } from './tf.ts'
import type { Executor, HostArray, HostArrays, Program } from './program.ts'

const engineNames = { native: 'tensorflow', wasm: 'wasm', cpu: 'cpu' } as const

/**
 * An executor over tfjs's own backend. The backend must be registered (native and wasm by the caller, cpu always is).
 * Throws when it is not, or when it still has to be awaited with `tf.setBackend`.
 */
export function eagerExecutor(backend: keyof typeof engineNames): Executor {
  const state = new Map<string, Tensor>()
  activate(backend)

  const replace = (name: string, tensor: Tensor) => {
    state.get(name)?.dispose()
    state.set(name, tf.keep(tensor))
  }

  return {
    backend,
    put(name, value) {
      activate(backend)
      replace(name, tensorOf(value, name))
    },
    async read(name) {
      const tensor = state.get(name)
      if (!tensor) throw new Error(`There is no state named '${name}'. It must be put before it is read.`)
      return hostArray(tensor, name)
    },
    has: (name) => state.has(name),
    names: () => [...state.keys()],
    drop(names) {
      for (const name of names) {
        state.get(name)?.dispose()
        state.delete(name)
      }
    },
    async run(program, inputs) {
      activate(backend)
      const { updates, outputs } = results(program, Object.fromEntries(state), inputs)
      for (const [name, tensor] of Object.entries(updates)) replace(name, tensor)
      try {
        const arrays = Object.entries(outputs).map(
          async ([name, tensor]) => [name, await hostArray(tensor, name)] as const,
        )
        return Object.fromEntries(await Promise.all(arrays))
      } finally {
        tf.dispose(outputs)
      }
    },
    dispose() {
      for (const tensor of state.values()) tensor.dispose()
      state.clear()
    },
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

/** A tensor on the active backend with a copy of the numbers. Throws, naming it, when numbers and shape do not agree. */
export function tensorOf(value: HostArray, name: string): Tensor {
  const size = value.shape.reduce((product, side) => product * side, 1)
  if (size !== value.data.length)
    throw new Error(`'${name}' has ${value.data.length} numbers for the shape [${value.shape}], which needs ${size}.`)
  return tf.tensor(value.data.slice(), value.shape, value.dtype) // A copy: some backends keep the array they are given.
}

/** The numbers of a tensor, the caller's own; booleans as int32. Throws, naming it, for other types. */
export async function hostArray(tensor: Tensor, name: string): Promise<HostArray> {
  const shape = [...tensor.shape]
  // Copies, and of the right type: the cpu backend hands out its own array, and bytes for floats cast from booleans.
  switch (tensor.dtype) {
    case 'float32':
      return { dtype: 'float32', shape, data: Float32Array.from(await tensor.data<'float32'>()) }
    case 'int32':
    case 'bool':
      return { dtype: 'int32', shape, data: Int32Array.from(await tensor.data<'int32'>()) }
    default:
      throw new Error(`'${name}' is a ${tensor.dtype} tensor; only float32 and int32 leave an executor.`)
  }
}

function mapped<A, B>(record: Readonly<Record<string, A>>, f: (value: A, name: string) => B): Record<string, B> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, f(value, name)]))
}
