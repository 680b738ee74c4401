// Whether a run makes blocks again in the backward pass: decided from the memory it would need and the memory there is.
import { readFileSync } from 'node:fs'
import { freemem, totalmem } from 'node:os'
import type { Model, ParsedSettings } from '#contract'
import { memoryNeeded } from './memory.ts'
import type { UnitTokens } from './unit-tokens.ts'

/** Bytes. `memory` is the peak with the decision taken, `otherwise` that without it. */
export type MemoryPlan = { recompute: boolean; memory: number; otherwise: number }

/**
 * Share of the available memory that a run may take without making blocks again. Small, as making them again costs next to no
 * time: for SmolLM2-135M the step took a twentieth longer at most, and two thirds of the memory.
 */
const PLENTY = 1 / 8

/** The plan of a run. `settings.recompute` decides, and where it leaves that open the `available` bytes do. */
export function memoryPlan(
  model: Model,
  settings: ParsedSettings,
  { unitTokens, available }: { unitTokens: UnitTokens; available: number },
): MemoryPlan {
  const again = memoryNeeded(model, settings, { unitTokens, recompute: true })
  const kept = memoryNeeded(model, settings, { unitTokens, recompute: false })
  const asked = settings.recompute
  const recompute = asked === 'on' || (asked !== 'off' && kept > PLENTY * available)
  return recompute ? { recompute, memory: again, otherwise: kept } : { recompute, memory: kept, otherwise: again }
}

/** Memory that a new process could have, in bytes: what the kernel calls available, else what is free. */
export function availableMemory(): number {
  try {
    const found = /^MemAvailable:\s+(\d+) kB/m.exec(readFileSync('/proc/meminfo', 'utf8'))
    if (found) return Number(found[1]) * 1024
  } catch {
    // Not Linux.
  }
  return process.platform === 'linux' ? freemem() : Math.max(freemem(), totalmem() / 2)
}
