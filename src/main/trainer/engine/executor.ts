// The executor that a job computes on: the machine's backend with the precision that was asked for or chosen.
import { eagerExecutor, type Executor } from '#ml'
import type { Machine, Precision } from '../protocol.ts'
import { loadBackend, type Backend, type BackendName } from './backend.ts'
import { graphExecutor } from './graph/graph-executor.ts'
import { chosenPrecision, type ChosenPrecision } from './precision.ts'

export type OpenedExecutor = { executor: Executor; machine: Machine; precision: Precision }

/**
 * Loads the backend and opens an executor on it; dispose it after use.
 * @param wanted 'auto' or a precision
 * @param begun the machine that a resumed run began on: it goes on in the same precision, as numbers in another would not continue its curves
 * @throws ProblemError when bfloat16 is wanted where there is none
 */
export async function openExecutor(wanted: string, begun?: Machine): Promise<OpenedExecutor> {
  const backend = await loadBackend()
  const { precision, why } = await chosenPrecision(begun?.precision ?? wanted, runnerOf(backend))
  const machine = machineOf(backend, { precision, why: begun?.precisionWhy ?? why })
  const executor = runnerOf(backend) === 'native graph' ? graphExecutor({ precision }) : eagerExecutor(backend.backend)
  return { executor, machine, precision }
}

export function machineOf(backend: Backend, { precision, why: precisionWhy }: ChosenPrecision): Machine {
  const { tensorflow, device, why } = backend
  return { tensorflow, backend: runnerOf(backend), device, precision, precisionWhy, why }
}

/**
 * How programs run on a backend: as graphs on the native one, else op by op, by the name of the backend. With
 * ATTUNE_EXECUTOR=eager op by op there too, to tell a fault of the one from a fault of both.
 */
export function runnerOf({ backend }: Backend): BackendName | 'native graph' {
  return backend === 'native' && process.env.ATTUNE_EXECUTOR !== 'eager' ? 'native graph' : backend
}
