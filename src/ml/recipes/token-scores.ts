// The log-probability of each response token of one pair.
import { collate, layoutOf } from '../data/collate.ts'
import { responseTokens, type Side, type Unit } from '../data/units.ts'
import type { Executor } from '../program.ts'
import type { UnitProgram } from './programs.ts'

/** log pi of each token of both responses, [tokens of the side] each, in nats: those that `scoreUnits` sums to one score a response. */
export async function tokenLogProbs(
  executor: Executor,
  program: UnitProgram,
  unit: Unit,
): Promise<Record<Side, number[]>> {
  const layout = layoutOf([[unit]], program.model, program.tile)
  const { logps } = await executor.run(program, collate([unit], layout))
  // Scored tokens lie side after side, and padding comes last.
  const middle = responseTokens(unit, 'chosen')
  const end = middle + responseTokens(unit, 'rejected')
  return { chosen: [...logps!.data.slice(0, middle)], rejected: [...logps!.data.slice(middle, end)] }
}
