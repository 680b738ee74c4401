// The golden cases of PyTorch and TRL (test/fixtures/losses.json), and how near float32 must come to them.
import { readFileSync } from 'node:fs'
import { expect } from 'vitest'
import { expectClose } from './evaluated.ts'
import type { Parameters } from './golden-losses.ts'

export type Side = 'chosen' | 'rejected'
export type Inputs = Record<`${Side}_len` | `${'policy' | 'ref'}_${Side}_logps`, number[]> &
  Record<`${'policy' | 'ref'}_${Side}_token_logps` | `wpo_log_sum_sq_probs_${Side}`, number[][]>
export type Case = {
  name: string
  source: string
  params: Parameters & {
    avg?: boolean
    reference_free?: boolean
    use_weighting?: boolean
    ld_alpha?: number
    nll?: string
  }
  inputs: 'base' | 'extreme'
  batch_loss: number
  pair_losses: number[] | null
  example_losses?: number[]
  grad_chosen?: number[]
  grad_rejected?: number[]
  grad_chosen_tokens?: number[][]
  grad_rejected_tokens?: number[][]
}

export const golden = JSON.parse(readFileSync(new URL('../../fixtures/losses.json', import.meta.url), 'utf8')) as {
  inputs: Record<Case['inputs'], Inputs>
  cases: Case[]
}
/** Names of the cases that were compared. */
export const covered = new Set<string>()

/** Where float32 cannot give 1e-5, and why: absolute slack for the gradients. All other cases hold to 1e-5 of each entry. */
const loosened: Readonly<Record<string, number>> = {
  // h_l + 1 is -0.0285 there, from log-probabilities near 6, whose last bit is 5e-7; divided by 4.
  'sppo_hard/beta0.5': 2e-7,
  // The slopes of the two terms, 0.0031 each, cancel to 3e-6 in the chosen response of pair 3.
  'apo_down/beta0.1': 2e-10,
}

export const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0)

/** Values by pair or response where the case has them, the batch's loss and its gradients. */
export function check(
  { name, batch_loss: batch, ...wanted }: Case,
  found: { values?: number[]; batch: number; chosen?: number[]; rejected?: number[] },
): void {
  const absolute = loosened[name]
  const values = wanted.example_losses ?? wanted.pair_losses
  if (values) expectClose(found.values, values, { what: 'losses' })
  expectClose([found.batch], [batch], { what: 'batch' })
  if (wanted.grad_chosen) expectClose(found.chosen, wanted.grad_chosen, { absolute, what: 'chosen' })
  if (wanted.grad_rejected) expectClose(found.rejected, wanted.grad_rejected, { absolute, what: 'rejected' })
  expect(wanted.grad_chosen ?? wanted.grad_chosen_tokens).toBeDefined()
  covered.add(name)
}
