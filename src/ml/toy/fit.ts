// Pretraining and SFT of the toy: a policy is brought to a given table of probabilities, exactly.
import { openOptimiser } from './optim.ts'
import { logSoftmax, type Policy } from './policy.ts'

export type FitSettings = { fit: 'all' | 'readout'; fit_rate: number }

/** Largest |pi - target| at which gradients end and the readout does the rest. */
const NEAR = 1e-3
const MOST_STEPS = 20_000

/**
 * Moves `policy` until pi(y|x) is the row `target` (log-probabilities, [R]) for every prompt, to float64 rounding.
 * 'all' trains every layer by Adam on KL(target || pi) until it is near, as pretraining would; 'readout' leaves the others as they were
 * drawn. Then the smallest change of the readout that makes the logits right ends it, which is one linear system of P equations.
 */
export function fitToRow(
  policy: Policy,
  target: Float64Array,
  { fit, fit_rate }: FitSettings,
): { steps: number; error: number } {
  const steps = fit === 'all' && policy.readout.bias ? fitByGradient(policy, target, fit_rate) : 0
  setLogits(policy, target)
  const logp = logSoftmax(policy.logits(), target.length, new Float64Array(policy.readout.shape.rows * target.length))
  const error = logp.reduce(
    (most, at, i) => Math.max(most, Math.abs(Math.exp(at) - Math.exp(target[i % target.length]!))),
    0,
  )
  if (!(error < 1e-9))
    throw new Error(`The policy cannot be brought to the scenario's table: it stays ${error.toPrecision(2)} off.`)
  return { steps, error }
}

function fitByGradient(policy: Policy, target: Float64Array, rate: number): number {
  const responses = target.length
  const wanted = target.map(Math.exp)
  const optimiser = openOptimiser('adam', policy.parameters.values.length)
  const outer = new Float64Array(policy.logits().length)
  const logp = new Float64Array(outer.length)
  for (let step = 0; step < MOST_STEPS; step++) {
    logSoftmax(policy.logits(), responses, logp)
    let off = 0
    for (let i = 0; i < outer.length; i++) {
      outer[i] = Math.exp(logp[i]!) - wanted[i % responses]!
      off = Math.max(off, Math.abs(outer[i]!))
    }
    if (off < NEAR) return step
    policy.backward(outer)
    optimiser(policy.parameters, rate)
  }
  return MOST_STEPS
}

/** The least-norm change of the readout's weights and bias after which the logits are `target` for every prompt. Done thrice, for rounding. */
export function setLogits(policy: Policy, target: Float64Array): void {
  const { readout, parameters } = policy
  const { rows, into, out } = readout.shape
  for (let turn = 0; turn < 3; turn++) {
    const lacks = policy.logits().map((logit, i) => target[i % out]! - logit) // [P, R]
    const h = readout.features
    const one = readout.bias ? 1 : 0
    const gram = Array.from({ length: rows }, (_, a) =>
      Float64Array.from({ length: rows }, (_, b) => {
        let sum = one
        for (let i = 0; i < into; i++) sum += h[a * into + i]! * h[b * into + i]!
        return sum
      }),
    )
    const factors = solved(gram, lacks, out) // [P, R]
    for (let row = 0; row < rows; row++)
      for (let o = 0; o < out; o++) {
        const factor = factors[row * out + o]!
        for (let i = 0; i < into; i++)
          parameters.values[readout.weight.from + i * out + o]! += h[row * into + i]! * factor
        if (readout.bias) parameters.values[readout.bias.from + o]! += factor
      }
  }
}

/**
 * X of A X = B for A [n x n], symmetric and not negative, and B [n x columns]: Gauss and Jordan with pivots. Both are used up.
 * Rows that say nothing new, as of two prompts that look the same to the readout, get 0.
 */
function solved(A: Float64Array[], B: Float64Array, columns: number): Float64Array {
  const n = A.length
  const least = 1e-14 * Math.max(...A.map((row, i) => row[i]!))
  const X = new Float64Array(n * columns)
  const free = new Set(Array.from({ length: n }, (_, i) => i))
  const places: [unknown: number, row: number][] = []
  for (let unknown = 0; unknown < n; unknown++) {
    const row = [...free].reduce((a, b) => (Math.abs(A[b]![unknown]!) > Math.abs(A[a]![unknown]!) ? b : a))
    if (Math.abs(A[row]![unknown]!) <= least) continue
    free.delete(row)
    places.push([unknown, row])
    for (let other = 0; other < n; other++) {
      const factor = other === row ? 0 : A[other]![unknown]! / A[row]![unknown]!
      if (factor === 0) continue
      for (let c = unknown; c < n; c++) A[other]![c]! -= factor * A[row]![c]!
      for (let c = 0; c < columns; c++) B[other * columns + c]! -= factor * B[row * columns + c]!
    }
  }
  for (const [unknown, row] of places)
    for (let c = 0; c < columns; c++) X[unknown * columns + c] = B[row * columns + c]! / A[row]![unknown]!
  return X
}
