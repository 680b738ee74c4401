// The policy losses of TRL 1.16's grpo_trainer.py and rloo_trainer.py in plain numbers, one array a response instead of a padded row.
import fc from 'fast-check'

/** One response: log-probabilities of its tokens now, when drawn and under the reference, and its advantage. */
export type Response = { logps: number[]; old: number[]; reference: number[]; advantage: number }

export type Settings = {
  lossType: 'grpo' | 'dapo' | 'dr_grpo'
  level: 'token' | 'sequence'
  epsilonLow: number
  epsilonHigh: number
  delta?: number
  beta: number
  biasCorrected: boolean
  maxTokens: number
}

const clamp = (x: number, low: number, high: number) => Math.min(Math.max(x, low), high)
const total = (numbers: readonly number[]) => numbers.reduce((sum, x) => sum + x, 0)
const mean = (numbers: readonly number[]) => total(numbers) / Math.max(1, numbers.length)

/** Ratio of each token, coef_1 before delta. */
export function ratios({ logps, old }: Response, level: 'token' | 'sequence' | 'sum'): number[] {
  const logRatios = logps.map((logp, t) => logp - old[t]!)
  const whole = level === 'sum' ? total(logRatios) : mean(logRatios)
  return logRatios.map((x) => Math.exp(level === 'token' ? x : whole))
}

/** GRPOTrainer._compute_loss of a whole step in one batch. */
export function grpoStepLoss(responses: readonly Response[], settings: Settings): number {
  const { epsilonLow, epsilonHigh, delta, beta } = settings
  const perToken = responses.map((response) =>
    ratios(response, settings.level).map((coef1, t) => {
      const coef2 = clamp(coef1, 1 - epsilonLow, 1 + epsilonHigh)
      const bounded = delta === undefined ? coef1 : Math.min(coef1, delta)
      const d = response.reference[t]! - response.logps[t]!
      const kl = (Math.exp(d) - d - 1) * (settings.biasCorrected ? coef1 : 1)
      return -Math.min(bounded * response.advantage, coef2 * response.advantage) + beta * kl
    }),
  )
  if (settings.lossType === 'grpo') return mean(perToken.map(mean))
  const all = total(perToken.flat())
  return settings.lossType === 'dapo'
    ? all / Math.max(1, perToken.flat().length)
    : all / (responses.length * settings.maxTokens)
}

/** RLOOTrainer._compute_loss: whole responses, and a response without tokens counts with ratio 1. */
export function rlooStepLoss(
  responses: readonly Response[],
  { epsilonLow, epsilonHigh }: Pick<Settings, 'epsilonLow' | 'epsilonHigh'>,
): number {
  return mean(
    responses.map((response) => {
      const coef1 = Math.exp(total(response.logps.map((logp, t) => logp - response.old[t]!)))
      const coef2 = clamp(coef1, 1 - epsilonLow, 1 + epsilonHigh)
      return -Math.min(coef1 * response.advantage, coef2 * response.advantage)
    }),
  )
}

/** Difference quotients of `loss` by each log-probability, in the order of responses and tokens. */
export function quotients(responses: readonly Response[], loss: (responses: readonly Response[]) => number): number[] {
  const h = 1e-5
  return responses.flatMap(({ logps }, i) =>
    logps.map((logp, t) => {
      const shifted = (by: number) =>
        loss(responses.map((one, j) => (j === i ? { ...one, logps: one.logps.with(t, logp + by) } : one)))
      return (shifted(h) - shifted(-h)) / (2 * h)
    }),
  )
}

const share = fc.integer({ min: -320, max: 0 }).map((x) => x / 64)
const near = fc.oneof(
  fc.constant(0),
  fc.integer({ min: -64, max: 64 }).map((x) => x / 100 + 0.0031),
)

/** 1 to 4 responses of 1 to 4 tokens; some of them as likely as when they were drawn, none with a ratio at an end of the range. */
export const sampled: fc.Arbitrary<Response[]> = fc.array(
  fc
    .tuple(fc.array(fc.tuple(share, near, near), { minLength: 1, maxLength: 4 }), fc.integer({ min: -8, max: 8 }))
    .map(([tokens, advantage]) => ({
      logps: tokens.map(([logp]) => logp),
      old: tokens.map(([logp, moved]) => logp + moved),
      reference: tokens.map(([logp, , apart]) => logp + apart),
      advantage: advantage / 4,
    })),
  { minLength: 1, maxLength: 4 },
)
