// Scores many responses with a reward model on an executor, batch by batch.
import { collate } from '../data/collate.ts'
import type { Unit } from '../data/units.ts'
import type { Executor, Program } from '../program.ts'
import { responseEnds } from './reward-programs.ts'
import { batchesByLength } from './scoring.ts'

export type RewardedUnit<T> = { item: T; chosen: number; rejected: number | null }

/** Rewards of the sides of each unit, with a program of `scoreRewards`. Yields each batch as it is done, the longest units first. */
export async function* rewardedBatches<T extends { unit: Unit }>(
  executor: Executor,
  program: Program,
  items: readonly T[],
): AsyncGenerator<RewardedUnit<T>[], void> {
  for (const part of batchesByLength(items)) {
    const units = part.map(({ unit }) => unit)
    // One layout for all batches there will ever be: another is another recorded program.
    const { rewards } = await executor.run(program, { ...collate(units), ends: responseEnds(units) })
    let at = 0
    yield part.map((item) => ({
      item,
      chosen: rewards!.data[at++]!,
      rejected: item.unit.rejected.length > 0 ? rewards!.data[at++]! : null,
    }))
  }
}

/** The rewards of one-sided units, in order. */
export async function rewardsInOrder(executor: Executor, program: Program, units: readonly Unit[]): Promise<number[]> {
  const found: number[] = []
  const items = units.map((unit, index) => ({ unit, index }))
  for await (const part of rewardedBatches(executor, program, items))
    for (const { item, chosen } of part) found[item.index] = chosen
  return found
}
