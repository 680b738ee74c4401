// Which of a run's weights are still there: its own checkpoints, and the copies that forks hold.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Run, RunId } from '#contract'
import type { AppContext } from './context.ts'
import { runFolder } from './run-files.ts'

export type KeptCheckpoint = { step: number; folder: string }

/** The trained weights in a checkpoint's folder. */
export const WEIGHTS = 'trained.safetensors'

/** Where a fork's copy of what it begins with lies, in the run's own folder. */
export const BEGINNING = 'beginning'

/** The folder of what a fork begins with; null of a run that began with its model. */
export function beginningFolder(home: string, run: Run): string | null {
  return run.parentStep === null ? null : join(runFolder(home, run.id), BEGINNING)
}

const isThere = ({ folder }: KeptCheckpoint) => existsSync(join(folder, WEIGHTS))

/** Its own, ascending by step. */
export function keptCheckpoints({ store }: Pick<AppContext, 'store'>, run: RunId): KeptCheckpoint[] {
  return store.checkpoints.list(run).filter(isThere)
}

/** The same with what the run itself began with, as step 0, and what forks of it began with; each step once. */
export function heldWeights({ home, store }: Pick<AppContext, 'home' | 'store'>, run: Run): KeptCheckpoint[] {
  const begun = beginningFolder(home, run)
  const forks = store.runs.list().flatMap((fork): KeptCheckpoint[] => {
    const folder = fork.parent === run.id ? beginningFolder(home, fork) : null
    return folder === null ? [] : [{ step: fork.parentStep ?? 0, folder }]
  })
  const held = [...(begun === null ? [] : [{ step: 0, folder: begun }]), ...forks].filter(isThere)
  const bySteps = new Map([...held, ...keptCheckpoints({ store }, run.id)].map((one) => [one.step, one]))
  return [...bySteps.values()].toSorted((a, b) => a.step - b.step)
}
