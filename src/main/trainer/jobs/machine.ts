// What this machine computes on.
import { loadBackend, type Backend, type BackendName } from '../engine/backend.ts'
import { chosenPrecision, type ChosenPrecision } from '../engine/precision.ts'
import type { Machine } from '../protocol.ts'

/** Loads the tensor backend and tells of it, with the precision that a run would choose here. */
export async function machine(): Promise<Machine> {
  const backend = await loadBackend()
  return machineOf(backend, await chosenPrecision('auto', runnerOf(backend)))
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
