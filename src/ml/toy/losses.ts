// The losses of one pair as plain numbers: the value and both derivatives in log pi, in float64.
// They are the formulas of ml/losses for responses of one token, where sources and ranges stand; a test holds the two together.
import { numberOf } from './plan.ts'

/** log pi of both sides in nats, and under the reference; `kl`: KL(pi || pi_0) of the policy, exact, in the mean over prompts. */
export type PairPoint = {
  chosen: number
  rejected: number
  referenceChosen: number
  referenceRejected: number
  kl: number
}

/** d loss / d log pi(a+) and d loss / d log pi(a-). */
export type PairLoss = { loss: number; chosen: number; rejected: number }

type Coefficients = Readonly<Record<string, number | string>>
type Loss = (point: PairPoint, coefficient: (key: string) => number) => PairLoss

/** log(1 + e^x) without overflow. */
const softplus = (x: number) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)))
/** 1 / (1 + e^-x) without overflow, and exact in its small tail. */
const sigmoid = (x: number) => (x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x)))

/** Log-ratios against the reference. */
const ratios = ({ chosen, rejected, referenceChosen, referenceRejected }: PairPoint) =>
  [chosen - referenceChosen, rejected - referenceRejected] as const

/** -(1 - epsilon) log sigmoid(z) - epsilon log sigmoid(-z) for z with derivatives `up` and `down` in the two sides. */
function logistic(z: number, up: number, down: number, epsilon = 0): PairLoss {
  const slope = epsilon - sigmoid(-z)
  return { loss: softplus(-z) + epsilon * z, chosen: slope * up, rejected: slope * down }
}

const plus = (a: PairLoss, b: PairLoss): PairLoss => ({
  loss: a.loss + b.loss,
  chosen: a.chosen + b.chosen,
  rejected: a.rejected + b.rejected,
})

/** -weight log pi(a+). */
const likelihood = ({ chosen }: PairPoint, weight: number): PairLoss => ({
  loss: -weight * chosen,
  chosen: -weight,
  rejected: 0,
})

/** DPO, and cDPO where labels are smoothed. */
const dpo: Loss = (point, of) => {
  const [h, g] = ratios(point)
  const beta = of('beta')
  return logistic(beta * (h - g), beta, -beta, of('label_smoothing'))
}

/** max(0, lack), whose derivatives are -1 and 1 times `slope`. */
const hinge = (lack: number, slope: number): PairLoss =>
  lack > 0 ? { loss: lack, chosen: -slope, rejected: slope } : { loss: 0, chosen: 0, rejected: 0 }

/** p nearest to 1 that odds are told of, as ml/losses has it. */
const SUREST = -1e-6
const logOdds = (a: number) => {
  const kept = Math.min(a, SUREST)
  return { value: kept - Math.log(-Math.expm1(kept)), slope: a < SUREST ? -1 / Math.expm1(kept) : 0 }
}

const losses = {
  dpo,
  'flex-dpo': (point, of) => {
    const [h, g] = ratios(point)
    const [plus, minus] = [of('beta_plus'), of('beta_minus')]
    return logistic(plus * h - minus * g, plus, -minus)
  },
  'sft-dpo': (point, of) =>
    plus(
      dpo(point, (key) => (key === 'beta' ? of(key) : 0)),
      likelihood(point, of('gamma')),
    ),
  dpop: (point, of) => {
    const [h, g] = ratios(point)
    const [beta, lambda] = [of('beta'), of('dpop_lambda')]
    return logistic(beta * (h - g - lambda * Math.max(0, -h)), h < 0 ? beta * (1 + lambda) : beta, -beta)
  },
  'ipo-sums': (point, of) => {
    const [h, g] = ratios(point)
    const off = h - g - 1 / (2 * of('eta'))
    return { loss: off ** 2, chosen: 2 * off, rejected: -2 * off }
  },
  slic: (point, of) =>
    plus(hinge(of('slic_delta') - point.chosen + point.rejected, 1), likelihood(point, of('slic_eta'))),
  hinge: (point, of) => {
    const [h, g] = ratios(point)
    const beta = of('beta')
    return hinge(1 - beta * (h - g), beta)
  },
  nca: (point, of) => {
    const beta = of('beta')
    const [r, s] = ratios(point).map((h) => beta * h) as [number, number]
    return {
      loss: softplus(-r) + (softplus(r) + softplus(s)) / 2,
      chosen: beta * (sigmoid(r) / 2 - sigmoid(-r)),
      rejected: (beta * sigmoid(s)) / 2,
    }
  },
  'apo-zero': (point, of) => {
    const beta = of('beta')
    const [r, s] = ratios(point).map((h) => beta * h) as [number, number]
    return {
      loss: sigmoid(-r) + sigmoid(s),
      chosen: -beta * sigmoid(r) * sigmoid(-r),
      rejected: beta * sigmoid(s) * sigmoid(-s),
    }
  },
  /** Both responses of the pair, each by itself, against how far the policy has moved in all. No gradient goes through the latter. */
  kto: (point, of) => {
    const [h, g] = ratios(point)
    const beta = of('beta')
    const [lacks, exceeds] = [beta * (point.kl - h), beta * (g - point.kl)]
    const [good, bad] = [of('desirable_weight'), of('undesirable_weight')]
    return {
      loss: good * sigmoid(lacks) + bad * sigmoid(exceeds),
      chosen: -good * beta * sigmoid(lacks) * sigmoid(-lacks),
      rejected: bad * beta * sigmoid(exceeds) * sigmoid(-exceeds),
    }
  },
  'cal-dpo': (point, of) => {
    const [h, g] = ratios(point)
    const target = 1 / (2 * of('beta'))
    return plus(logistic(h - g, 1, -1), {
      loss: ((h - target) ** 2 + (g + target) ** 2) / 2,
      chosen: h - target,
      rejected: g + target,
    })
  },
  simpo: ({ chosen, rejected }, of) => {
    const beta = of('simpo_beta')
    return logistic(beta * (chosen - rejected) - of('simpo_gamma'), beta, -beta)
  },
  orpo: (point, of) => {
    const [up, down] = [logOdds(point.chosen), logOdds(point.rejected)]
    const contrast = logistic(up.value - down.value, up.slope, -down.slope)
    const weight = of('odds_weight')
    return {
      loss: weight * contrast.loss - point.chosen,
      chosen: weight * contrast.chosen - 1,
      rejected: weight * contrast.rejected,
    }
  },
  sft: (point) => likelihood(point, 1),
} satisfies Record<string, Loss>

export type PairLossName = keyof typeof losses
export const pairLossNames = Object.keys(losses) as PairLossName[]

/** The loss of that name with its coefficients, the contract's settings. Throws where there is none or a coefficient is missing. */
export function pairLoss(name: string, coefficients: Coefficients): (point: PairPoint) => PairLoss {
  const loss: Loss | undefined = Object.hasOwn(losses, name) ? losses[name as PairLossName] : undefined
  if (!loss) throw new Error(`The toy has no loss named ${name}.`)
  return (point) => loss(point, (key) => numberOf(coefficients, key))
}
