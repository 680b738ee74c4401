// Whether a checkpoint is one of the run that wants to go on from it.
import { ProblemError } from '#contract'
import type { CheckpointState } from './checkpoints.ts'
import type { TrainJob } from './protocol.ts'

/** Throws one line when settings, seed or pairs differ: the run would not be the continuation of itself. */
export function checkSame(state: CheckpointState, job: TrainJob, pairsHash: string, where: string): void {
  const settings = Object.entries(job.settings).find(
    ([key, value]) => JSON.stringify(state.settings[key]) !== JSON.stringify(value),
  )
  const what =
    state.seed !== job.seed
      ? 'another seed'
      : state.pairsHash !== pairsHash
        ? 'other pairs'
        : settings
          ? `another ${settings[0]}`
          : null
  if (what)
    throw new ProblemError({
      code: 'refused',
      message: `The checkpoint was made with ${what}, so the run cannot go on from it`,
      where,
      advice: 'Start a new run',
    })
}
