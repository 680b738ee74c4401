// The executors that parity is shown under: programs recorded as graphs, and op by op; without native TensorFlow the latter alone.
import { graphExecutor } from '../../src/main/trainer/engine/graph/graph-executor.ts'
import { eagerExecutor } from '../../src/ml/eager.ts'
import type { Executor } from '../../src/ml/program.ts'
import { openBackend } from '../ml/backend.ts'

/** One way to run programs, in float32, under the name that its tests bear. */
export type Way = { way: 'as graphs' | 'op by op' | 'op by op: no native TensorFlow here'; open(): Executor }

/** The ways that this machine has, graphs first. Call it once, at a test file's top. */
export async function openWays(): Promise<Way[]> {
  const backend = await openBackend()
  const eager = () => eagerExecutor(backend)
  if (backend === 'cpu') return [{ way: 'op by op: no native TensorFlow here', open: eager }]
  return [
    { way: 'as graphs', open: () => graphExecutor({ precision: 'float32' }) },
    { way: 'op by op', open: eager },
  ]
}
