// The executor that Attune trains with, chosen as src/main/trainer/jobs/train.ts chooses it. The one place to adapt.
import { eagerExecutor, type Executor } from '#ml'
import type { Backend } from '../src/main/trainer/engine/backend.ts'
import { graphExecutor } from '../src/main/trainer/engine/graph/graph-executor.ts'

export type Precision = 'float32' | 'bfloat16'

/** Throws when there is no executor of that precision. */
export function attuneExecutor({ backend }: Backend, precision: Precision): Executor {
  if (precision !== 'float32') throw new Error(`Attune does not train in ${precision} yet.`)
  const graph = process.env.ATTUNE_EXECUTOR === 'graph' && backend === 'native'
  return graph ? graphExecutor() : eagerExecutor(backend)
}
