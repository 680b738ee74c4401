// What is read of the toy at a step: exact masses by kind, entropy, KL, pulls, and the geometry of gradients.
import { meanKl, type Pull, type Standing } from './objectives.ts'
import type { ToySettings } from './plan.ts'
import type { Policy } from './policy.ts'
import type { CellKind, ToyPairs } from './scenarios.ts'

/** By the names of the contract's table of toy readings. */
export type ToyReadings = Record<string, number>

/** One recorded step. `logProbs`: log pi(y|x) in nats, [P x R] row by row. */
export type ToyRecord = { step: number; readings: ToyReadings; logProbs: number[] }

const LN10 = Math.LN10

/** Masses and distances of a standing; all are means over prompts unless they say least or most. */
export function masses(standing: Standing, kinds: readonly CellKind[], { prompts: P }: ToySettings): ToyReadings {
  const { logp } = standing
  const R = kinds.length / P
  const sums: Record<CellKind, number> = { chosen: 0, rejected: 0, 'other-chosen': 0, 'other-rejected': 0, never: 0 }
  const own = { chosen: [] as number[], rejected: [] as number[] }
  let entropy = 0
  kinds.forEach((kind, i) => {
    const p = Math.exp(logp[i]!)
    sums[kind] += p / P
    entropy -= (p * logp[i]!) / P
    if (kind === 'chosen' || kind === 'rejected') own[kind].push(logp[i]!)
  })
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
  const unseen = sums['other-chosen'] + sums['other-rejected'] + sums.never
  return {
    'chosen/mean': sums.chosen,
    'chosen/min': Math.exp(Math.min(...own.chosen)),
    'chosen/log10': mean(own.chosen) / LN10,
    // Of redrawn pairs a prompt has several rejected responses.
    'rejected/mean': (sums.rejected * P) / own.rejected.length,
    'rejected/max': Math.exp(Math.max(...own.rejected)),
    'rejected/log10': mean(own.rejected) / LN10,
    'unseen/mass': unseen,
    'unseen/other_chosen': sums['other-chosen'],
    'unseen/other_rejected': sums['other-rejected'],
    'unseen/never': sums.never,
    // The paper's curve: the mean over the responses that are neither chosen nor rejected for the prompt.
    'unseen/mean': unseen / (R - 1 - own.rejected.length / P),
    entropy,
    kl: meanKl(standing, P),
  }
}

/** Pulls in log space, and what the paper draws: the same in probability, each divided by its pi. */
export function pulls(pull: Pull, own: ToyReadings): ToyReadings {
  const log = (size: number) => Math.log10(Math.max(size, Number.MIN_VALUE))
  return {
    'pull/chosen': pull.chosen,
    'pull/rejected': pull.rejected,
    'gradient/chosen': log(pull.chosen) - own['chosen/log10']!,
    'gradient/rejected': log(pull.rejected) - own['rejected/log10']!,
  }
}

/**
 * g+ and g- are the gradients of log pi(a+|x) and log pi(a-|x) over all parameters, in the mean over pairs: their product and squared norms;
 * the share of pairs with <g+, g-> above ||g+||^2, whose chosen response falls to first order when its own pair alone is learnt
 * (gradient entanglement, Yuan et al., arXiv 2410.13828); and the first-order change of the mean log pi(a+) in plain gradient descent on
 * the whole step, per unit of learning rate: what the pairs do to each other is in it. `step` is d loss / d logits of that step, [P x R].
 * The policy's last forward pass must be that of the standing; its gradient is 0 before and after.
 */
export function geometry(
  policy: Policy,
  { logp }: Standing,
  pairs: ToyPairs,
  step: Float64Array,
  { prompts: P, responses: R }: ToySettings,
): ToyReadings {
  const { gradient } = policy.parameters
  const outer = new Float64Array(P * R)
  const gradientOf = (p: number, response: number): Float64Array => {
    outer.fill(0)
    for (let r = 0; r < R; r++) outer[p * R + r] = -Math.exp(logp[p * R + r]!)
    outer[p * R + response]! += 1
    policy.backward(outer)
    const found = gradient.slice()
    gradient.fill(0)
    return found
  }
  const own = pairs.map((rejected, p) => ({ up: gradientOf(p, p), down: gradientOf(p, rejected) }))
  const of = (measure: (pair: (typeof own)[number]) => number) => own.reduce((sum, pair) => sum + measure(pair), 0) / P
  policy.backward(step)
  const speed = -of(({ up }) => dot(gradient, up))
  gradient.fill(0)
  return {
    'geometry/dot': of(({ up, down }) => dot(up, down)),
    'geometry/chosen': of(({ up }) => dot(up, up)),
    'geometry/rejected': of(({ down }) => dot(down, down)),
    'geometry/entangled': of(({ up, down }) => (dot(up, down) > dot(up, up) ? 1 : 0)),
    'geometry/speed': speed,
  }
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!
  return sum
}
