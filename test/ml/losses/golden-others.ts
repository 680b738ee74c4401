// Compares with golden cases what does not read sums over pairs: LD-DPO by token, and losses over single responses.
import { ldLogProbs } from '../../../src/ml/losses/ld-dpo.ts'
import { dpoLoss } from '../../../src/ml/losses/sigmoid.ts'
import { apoZeroUnpairedLoss, bcoUnpairedLoss, klEstimate, ktoLoss } from '../../../src/ml/losses/unpaired.ts'
import * as tf from '../../../src/ml/tf.ts'
import { evaluated, expectClose } from './evaluated.ts'
import { check, sum, type Case, type Inputs, type Side } from './golden-cases.ts'

/** LD-DPO: sums split at the length of the shorter response, gradients by token. */
export function checkLengths(golden: Case, inputs: Inputs): void {
  const alpha = golden.params.ld_alpha!
  const shared = inputs.chosen_len.map((length, i) => Math.min(length, inputs.rejected_len[i]!))
  const split = (rows: number[][]) => ({
    shared: rows.map((row, i) => sum(row.slice(0, shared[i]))),
    tail: rows.map((row, i) => sum(row.slice(shared[i]))),
  })
  const sums: Record<string, number[]> = {}
  for (const side of ['chosen', 'rejected'] as const)
    for (const model of ['policy', 'ref'] as const) {
      const parts = split(inputs[`${model}_${side}_token_logps`])
      sums[`${model}_${side}_shared`] = parts.shared
      sums[`${model}_${side}_tail`] = parts.tail
    }
  const found = evaluated(sums, (vectors) => {
    const adjusted = (of: string) =>
      ldLogProbs({ shared: vectors[`${of}_shared`]!, tail: vectors[`${of}_tail`]! }, { alpha })
    const side = (name: Side) => {
      const policy = adjusted(`policy_${name}`)
      return { policy, reference: adjusted(`ref_${name}`), tokens: tf.onesLike(policy) }
    }
    return dpoLoss({ chosen: side('chosen'), rejected: side('rejected') }, { beta: golden.params.beta })
  })
  for (const side of ['chosen', 'rejected'] as const) {
    const [before, after] = [found.gradients[`policy_${side}_shared`]!, found.gradients[`policy_${side}_tail`]!]
    golden[`grad_${side}_tokens`]?.forEach((wanted, i) =>
      expectClose(
        wanted.map((_, t) => (t < shared[i]! ? before[i]! : after[i]!)),
        wanted,
        { what: `${side} ${i}` },
      ),
    )
  }
  const whole = { chosen: found.gradients.policy_chosen_shared, rejected: found.gradients.policy_rejected_shared }
  check(golden, { values: found.losses, batch: found.mean, ...whole })
}

/** KTO, APO and BCO over single responses: the chosen ones, then the rejected ones. */
export function checkUnpaired(golden: Case, inputs: Inputs): void {
  const { params } = golden
  const both = (of: 'policy' | 'ref') => [...inputs[`${of}_chosen_logps`], ...inputs[`${of}_rejected_logps`]]
  const tokens = [...inputs.chosen_len, ...inputs.rejected_len]
  const P = inputs.chosen_len.length
  const desirable = tokens.map((_, i) => (i < P ? 1 : 0))
  const { beta, desirable_weight: desirableWeight, undesirable_weight: undesirableWeight } = params
  const kl = klEstimate(params.policy_KL_logps ?? [], params.ref_KL_logps ?? [])
  const numbers = { policy: both('policy'), reference: both('ref'), tokens, desirable }
  const found = evaluated(
    numbers,
    (vectors) => {
      const examples = vectors as Record<keyof typeof numbers, tf.Tensor1D>
      if (params.loss_type === 'kto')
        return ktoLoss(examples, { beta, kl: tf.scalar(kl), desirableWeight, undesirableWeight })
      if (params.loss_type === 'apo_zero_unpaired')
        return apoZeroUnpairedLoss(examples, { beta, desirableWeight, undesirableWeight })
      return bcoUnpairedLoss(examples, { beta, shift: tf.scalar(params.delta!) })
    },
    ['policy'],
  )
  const slopes = found.gradients.policy!
  check(golden, { values: found.losses, batch: found.mean, chosen: slopes.slice(0, P), rejected: slopes.slice(P) })
}
