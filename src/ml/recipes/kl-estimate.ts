// KTO's estimate of how far the policy has moved: the likelihood of responses that belong to other prompts (Ethayarajh et al. 2024,
// arXiv 2402.01306, section 4.1). Who stands in for whom follows from the plan, so the reference pass can run them all beforehand.
import { klEstimate } from '../losses/unpaired.ts'
import type { Executor } from '../program.ts'
import { promptKey, type PairUnit } from './plan.ts'
import { otherAnswer, type NamedUnit } from './probes.ts'
import type { UnitProgram } from './programs.ts'
import type { Reference } from './reference.ts'
import { scoredBatches, scoringLayout } from './scoring.ts'

/**
 * Each pair's prompt with the chosen response of the next pair of its batch, the last with that of the first. Those that do not fit
 * the context are left out, and so is the pair of a batch of one. TRL rotates rejected responses too; the mean is over half as many.
 * Of answers alone the next one to another prompt, good or bad, as one prompt often has several; where all have the same, there is none.
 */
export function mismatched(batch: readonly PairUnit[], context: number): NamedUnit[] {
  if (batch.length < 2) return []
  return batch
    .flatMap((pair, i) => {
      const following = [...batch.slice(i + 1), ...batch.slice(0, i)]
      const stranger = pair.mark ? following.find((other) => promptKey(other) !== promptKey(pair)) : following[0]
      return stranger ? [otherAnswer(pair, stranger)] : []
    })
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
