// The toy's door, apart from that of ml: it needs no tensors, and a thread that runs it starts without TensorFlow.
export type * from './plan.ts'
export * from './figures.ts'
export type * from './readings.ts'
export * from './run.ts'
export { cellKinds, pairsAt, type CellKind } from './scenarios.ts'
