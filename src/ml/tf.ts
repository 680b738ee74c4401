// The only door to TensorFlow.js. `@tensorflow/tfjs` and not `tfjs-core`: only the former registers gradients.
export * from '@tensorflow/tfjs'
