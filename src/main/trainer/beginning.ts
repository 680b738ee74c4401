// What a fork begins with: the weights that another run had trained at a checkpoint.
import { ProblemError, type SettingKey } from '#contract'
import type { RunProbe } from '#ml'
import { checkpointFile, checkpointState, type NamedTensors } from './checkpoints.ts'
import type { TrainJob } from './protocol.ts'
import { readFrozen } from './run-frozen.ts'

export type Beginning = Pick<NamedTensors, 'names' | 'tensor'> & {
  /** Those of its parent, where it would choose from the same: so their curves compare. Null where it has to choose its own. */
  probes: readonly RunProbe[] | null
}

/** Whether a setting decides which pairs are held out and probed, which answers are drawn, or what their numbers are. */
const decidesProbes = (key: string) =>
  key === 'heldout_pairs' || key === 'precision' || (key.startsWith('probe_') && key !== 'probe_every')

/**
 * Opens them; nothing but their table of contents is read. `shapes` are those of what the fork trains. Of `anew`, a scalar head that its
 * parent need not have, what is missing begins anew.
 * @throws ProblemError in one line when a tensor is missing or has another shape
 */
export async function openBeginning(
  folder: string,
  shapes: Readonly<Record<string, readonly number[]>>,
  anew: readonly string[],
  { job, pairsHash }: { job: TrainJob; pairsHash: string },
): Promise<Beginning> {
  const { shape, tensor } = await checkpointFile(folder, 'trained')
  const names = Object.keys(shapes).filter((name) => shape(name) !== null || !anew.includes(name))
  const stray = names.find((name) => shape(name)?.join() !== shapes[name]?.join())
  if (stray !== undefined)
    throw new ProblemError({
      code: 'refused',
      message: `The checkpoint that this run begins with has ${shape(stray)?.join(' x ') ?? 'no'} ${stray}, where ${shapes[stray]?.join(' x ')} is trained`,
      where: folder,
      advice: 'Fork the run again with its own adapter settings',
    })
  const state = await checkpointState(folder)
  const same =
    state.pairsHash === pairsHash &&
    state.seed === job.seed &&
    Object.keys({ ...state.settings, ...job.settings })
      .filter(decidesProbes)
      .every((key) => JSON.stringify(state.settings[key]) === JSON.stringify(job.settings[key as SettingKey]))
  return { names, tensor, probes: same ? (await readFrozen(folder)).probes : null }
}
