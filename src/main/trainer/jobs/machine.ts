// What this machine computes on.
import { loadBackend } from '../engine/backend.ts'
import { machineOf, runnerOf } from '../engine/executor.ts'
import { chosenPrecision } from '../engine/precision.ts'
import type { Machine } from '../protocol.ts'

/** Loads the tensor backend and tells of it, with the precision that a run would choose here. */
export async function machine(): Promise<Machine> {
  const backend = await loadBackend()
  return machineOf(backend, await chosenPrecision('auto', runnerOf(backend)))
}
