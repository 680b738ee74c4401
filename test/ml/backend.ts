// Brings up tfjs for tests: native TensorFlow where its library is there, plain JavaScript otherwise.
import util from 'node:util'
import * as tf from '../../src/ml/tf.ts'

/** Registers and activates the best backend of this machine and tells which one it is. Call it once, at a test file's top. */
export async function openBackend(): Promise<'native' | 'cpu'> {
  // Node 23 took this function away; tfjs-node 4.22 still calls it.
  Object.assign(util, { isNullOrUndefined: (value: unknown) => value == null })
  process.env['TF_ENABLE_ONEDNN_OPTS'] ??= '1' // As runs have it (trainer/engine/backend.ts): else other products would be tested.
  try {
    await import('@tensorflow/tfjs-node-gpu')
  } catch (problem) {
    console.warn(`Native TensorFlow cannot be loaded, so these tests run on the cpu backend: ${String(problem)}`)
    await tf.setBackend('cpu')
    return 'cpu'
  }
  await tf.setBackend('tensorflow')
  return 'native'
}

/** Number of tensors alive: the same before and after whatever must not leak. */
export function tensorsAlive(): number {
  return tf.memory().numTensors
}
