// KTO's estimate of how far the policy has moved: the likelihood of responses that belong to other prompts (Ethayarajh et al. 2024,
// arXiv 2402.01306, section 4.1). Who stands in for whom follows from the plan, so the reference pass can run them all beforehand.
import { klEstimate } from '../losses/unpaired.ts'
import type { Executor } from '../program.ts'
import type { PairUnit } from './plan.ts'
import { otherAnswer, type NamedUnit } from './probes.ts'
import type { UnitProgram } from './programs.ts'
import type { Reference } from './reference.ts'
import { scoredBatches, scoringLayout } from './scoring.ts'

/**
 * Each pair's prompt with the chosen response of the next pair of its batch, the last with that of the first. Those that do not fit
 * the context are left out, and so is the pair of a batch of one. TRL rotates rejected responses too; the mean is over half as many.
 */
export function mismatched(batch: readonly PairUnit[], context: number): NamedUnit[] {
  if (batch.length < 2) return []
  return batch
    .map((pair, i) => otherAnswer(pair, batch[(i + 1) % batch.length]!))
    .filter(({ unit }) => unit.shared.length + unit.chosen.length <= context)
}

/** max(0, mean of log pi - log pi_ref) over the mismatched responses, in nats; 0 where there are none. */
export async function estimatedKl(
  executor: Executor,
  policy: UnitProgram,
  batch: readonly NamedUnit[],
  reference: Reference,
): Promise<number> {
  const found: { policy: number; reference: number }[] = []
  for await (const scored of scoredBatches(executor, policy, batch, { layout: scoringLayout(policy) }))
    found.push(...scored.map(({ item, chosen }) => ({ policy: chosen.logp, reference: reference(item.chosen) })))
  return klEstimate(
    found.map((one) => one.policy),
    found.map((one) => one.reference),
  )
}
