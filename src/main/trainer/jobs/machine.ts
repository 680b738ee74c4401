// What this machine computes on.
import { loadBackend, type Backend } from '../engine/backend.ts'
import type { Machine } from '../protocol.ts'

/** Loads the tensor backend and tells of it. */
export async function machine(): Promise<Machine> {
  return machineOf(await loadBackend())
}

export function machineOf({ tensorflow, backend, device, why }: Backend): Machine {
  return { tensorflow, backend, device, precision: 'float32', why }
}
