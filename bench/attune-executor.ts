// The executor that Attune trains with, chosen as src/main/trainer/jobs/train.ts chooses it. The one place to adapt.
import { eagerExecutor, type Executor } from '#ml'
import type { Backend } from '../src/main/trainer/engine/backend.ts'
import { graphExecutor } from '../src/main/trainer/engine/graph/graph-executor.ts'
import { chosenPrecision } from '../src/main/trainer/engine/precision.ts'
import { runnerOf } from '../src/main/trainer/engine/executor.ts'
import type { Precision } from '../src/main/trainer/protocol.ts'

export type { Precision }

/** Throws when there is no executor of that precision. */
export function attuneExecutor(backend: Backend, precision: Precision): Executor {
  if (runnerOf(backend) === 'native graph') return graphExecutor({ precision })
  if (precision !== 'float32') throw new Error(`Attune computes in ${precision} only in graphs on native TensorFlow.`)
  return eagerExecutor(backend.backend)
}

/** The executor of a run whose precision is left to the machine. */
export async function usualExecutor(backend: Backend): Promise<{ executor: Executor; precision: Precision }> {
  const { precision } = await chosenPrecision('auto', runnerOf(backend))
  return { executor: attuneExecutor(backend, precision), precision }
}
