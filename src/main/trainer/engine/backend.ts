// Loads the tensor backend: native TensorFlow where its binding is there and loads, else WebAssembly, else plain JavaScript.
//
// All of it is one copy of tfjs. Node resolves '@tensorflow/tfjs' for `import` (src/ml/tf.ts) and for `require` (tfjs-node, the
// wasm package) to the same CommonJS file, as the package has no "exports" and its "main" is dist/tf.node.js; vitest and the
// electron-vite bundle leave packages to Node. A backend registered here is therefore the one that ml computes on.
import { createRequire } from 'node:module'
import { cpus } from 'node:os'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import * as tf from '@tensorflow/tfjs'
import { registerWasmKernels } from './wasm-kernels.ts'

export type BackendName = 'native' | 'wasm' | 'cpu'

/** `tensorflow` is the version of the native library, or of tfjs where there is none. */
export type Backend = { backend: BackendName; tensorflow: string; device: string; why: string | null }

const requireFrom = createRequire(import.meta.url)
let loaded: Promise<Backend> | null = null

/**
 * Loads the best backend of this machine, once; later calls get the same answer. Takes about a second and 300 MB.
 * `why` says why it is not the native one. ATTUNE_BACKEND=native|wasm|cpu asks for one backend and no other.
 */
export function loadBackend(): Promise<Backend> {
  return (loaded ??= firstOf(process.env.ATTUNE_BACKEND))
}

async function firstOf(wanted: string | undefined): Promise<Backend> {
  const roads = { native: nativeBackend, wasm: wasmBackend, cpu: cpuBackend }
  const names: BackendName[] = wanted && wanted in roads ? [wanted as BackendName] : ['native', 'wasm', 'cpu']
  const refusals: string[] = []
  for (const name of names) {
    try {
      const { tensorflow, device } = await roads[name]()
      return { backend: name, tensorflow, device, why: refusals.join(' ') || null }
    } catch (thrown) {
      refusals.push(`${name}: ${(thrown instanceof Error ? thrown.message : String(thrown)).split('\n')[0]}`)
    }
  }
  throw new Error(`No tensor backend could be loaded (${refusals.join('; ')}). Run: npm run setup`)
}

type Found = Pick<Backend, 'tensorflow' | 'device'>

type NativeBackend = { isUsingGpuDevice?: boolean; binding?: { TF_Version?: string } }

async function nativeBackend(): Promise<Found> {
  // Gone from Node 23 on; tfjs-node 4.22 still calls it.
  const util = requireFrom('node:util') as { isNullOrUndefined?: (value: unknown) => boolean }
  util.isNullOrUndefined ??= (value) => value == null
  // TensorFlow takes oneDNN's products by itself only on processors with AVX-512 VNNI. Measured without it (Zen 3): the products
  // of a language-model head run at a third of the pace, others at the same or a little less. It is read when the library loads.
  process.env.TF_ENABLE_ONEDNN_OPTS ??= '1'
  const entry = requireFrom.resolve('@tensorflow/tfjs-node-gpu')
  await import(pathToFileURL(entry).href)
  if (!(await tf.setBackend('tensorflow'))) throw new Error('TensorFlow was loaded, but refused to start')
  proveGradients()
  const { binding, isUsingGpuDevice } = tf.backend() as NativeBackend
  return {
    tensorflow: binding?.TF_Version ?? 'unknown',
    device: isUsingGpuDevice ? `GPU, ${processor()}` : processor(),
  }
}

async function wasmBackend(): Promise<Found> {
  const entry = requireFrom.resolve('@tensorflow/tfjs-backend-wasm')
  const wasm = (await import(pathToFileURL(entry).href)) as { setWasmPaths(folder: string): void }
  wasm.setWasmPaths(join(dirname(entry), '/'))
  if (!(await tf.setBackend('wasm'))) throw new Error('WebAssembly could not be started')
  registerWasmKernels()
  proveGradients()
  return { tensorflow: `tfjs ${tf.version_core} (wasm)`, device: processor() }
}

async function cpuBackend(): Promise<Found> {
  await tf.setBackend('cpu')
  proveGradients()
  return { tensorflow: `tfjs ${tf.version_core} (JavaScript)`, device: processor() }
}

function processor(): string {
  const all = cpus()
  return `${(all[0]?.model ?? 'unknown processor').trim()}, ${all.length} cores`
}

/** Runs the operations that a transformer's forward and backward pass are made of; throws when one has no kernel here. */
function proveGradients(): void {
  tf.tidy(() => {
    const table = tf.tensor2d([0.1, 0.2, 0.3, 0.4, 0.5, 0.6], [3, 2])
    const ids = tf.tensor1d([2, 0, 2], 'int32')
    const f = (W: tf.Tensor) => {
      const x = tf.gather(W, ids) // [3, 2]
      const y = tf.mul(x, tf.rsqrt(tf.add(tf.mean(tf.square(x), -1, true), 1e-5)))
      const [left, right] = tf.split(
        tf.matMul(tf.softmax(tf.matMul(y, y, false, true)), tf.mul(y, tf.sigmoid(y))),
        2,
        1,
      )
      const joined = tf.concat([tf.tanh(right!), left!], 1)
      return tf.mean(tf.softplus(tf.neg(tf.sum(tf.transpose(joined), 0)))) as tf.Scalar
    }
    const value = tf.grad(f)(table).dataSync()
    if (!value.every(Number.isFinite)) throw new Error('A gradient was not a number')
  })
}
