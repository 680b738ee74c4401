// The formulas of the losses once more, over the numbers of one pair in float64, as a reference for values and gradients.

/** log pi and log pi_ref of chosen (w) and rejected (l) response, and their lengths. */
export type Pair = { w: number; l: number; rw: number; rl: number; nw: number; nl: number }

export const softplus = (x: number) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)))
export const sigmoid = (x: number) => 1 / (1 + Math.exp(-x))
export const hw = ({ w, rw }: Pair) => w - rw
export const hl = ({ l, rl }: Pair) => l - rl
export const difference = (pair: Pair) => hw(pair) - hl(pair)
export const square = (x: number) => x * x

/** Cross-entropy between a label of confidence 1 - epsilon and sigmoid(z). */
export const logistic = (z: number, epsilon = 0) => (1 - epsilon) * softplus(-z) + epsilon * softplus(z)

/** Scores by divergence. */
export const scores = {
  forward: (r: number) => 1 - Math.exp(-r),
  js: (r: number) => Math.log(2) - softplus(-r),
  alpha: (r: number, alpha: number) => Math.expm1((alpha - 1) * r) / (alpha - 1),
}

/** KL of (sigmoid(z), sigmoid(-z)) to (1 - epsilon, epsilon). */
export function exo(z: number, epsilon: number): number {
  const [right, wrong] = [-softplus(-z), -softplus(z)]
  return Math.exp(right) * (right - Math.log(1 - epsilon)) + Math.exp(wrong) * (wrong - Math.log(epsilon))
}

export function discopop(z: number, tau: number): number {
  const m = sigmoid(z / tau)
  return (1 - m) * softplus(-z) + m * Math.exp(-z)
}

export const logOdds = (a: number) => a - Math.log(-Math.expm1(a))

/** Difference quotients of `formula` by w and by l. */
export function slopes(formula: (pair: Pair) => number, pair: Pair): { w: number; l: number } {
  const h = 1e-5
  const by = (name: 'w' | 'l') =>
    (formula({ ...pair, [name]: pair[name] + h }) - formula({ ...pair, [name]: pair[name] - h })) / (2 * h)
  return { w: by('w'), l: by('l') }
}
