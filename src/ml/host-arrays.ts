// Numbers across the wall of an executor: HostArrays into tensors of the active backend, and back.
import * as tf from './tf.ts'
import type { Tensor } from './tf.ts'
import type { HostArray } from './program.ts'

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
