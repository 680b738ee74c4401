// The one kernel that training needs and tfjs's WebAssembly backend lacks: the gradient of looking up rows of a table.
import * as tf from '@tensorflow/tfjs'

type WasmBackend = {
  readSync(dataId: object): Float32Array | Int32Array
  makeOutput(shape: number[], dtype: string): tf.TensorInfo
  typedArrayFromHeap(tensor: tf.TensorInfo): Float32Array | Int32Array
}

/** Adds UnsortedSegmentSum to the wasm backend: rows of x [N, ...] summed into the segments that ids [N] name. */
export function registerWasmKernels(): void {
  if (tf.getKernel('UnsortedSegmentSum', 'wasm')) return
  tf.registerKernel({
    kernelName: 'UnsortedSegmentSum',
    backendName: 'wasm',
    kernelFunc({ inputs, attrs, backend }) {
      const wasm = backend as WasmBackend
      const { x, segmentIds } = inputs as { x: tf.TensorInfo; segmentIds: tf.TensorInfo }
      const segments = Number(attrs?.numSegments)
      const out = wasm.makeOutput([segments, ...x.shape.slice(1)], x.dtype)
      const values = wasm.readSync(x.dataId)
      const ids = wasm.readSync(segmentIds.dataId)
      const sums = wasm.typedArrayFromHeap(out).fill(0)
      const width = values.length / Math.max(1, ids.length)
      for (const [row, segment] of ids.entries()) {
        if (segment < 0 || segment >= segments) continue
        for (let i = 0; i < width; i++) sums[segment * width + i]! += values[row * width + i]!
      }
      return out
    },
  })
}
