// e^u - 1, log odds and the scores of divergences: precise near 0, finite far out, with their true gradients.
import { expect, test } from 'vitest'
import { divergenceScore, type Divergence } from '../../../src/ml/losses/divergence.ts'
import { expMinusOne, logOdds } from '../../../src/ml/losses/log-space.ts'
import { openBackend } from '../backend.ts'
import { evaluated, expectClose } from './evaluated.ts'

await openBackend()

/** Values, and gradients of the sum. */
function of(values: readonly number[], f: Parameters<typeof evaluated>[1]) {
  const { losses, gradients } = evaluated({ x: values }, f)
  return { values: losses, slopes: gradients.x!.map((slope) => slope * values.length) }
}
const float32 = (values: readonly number[]) => [...Float32Array.from(values)]

test('e^u - 1 near 0 and far from it', () => {
  const u = float32([-90, -20, -3, -1e-3, -1e-7, 0, 1e-7, 1e-4, 0.5, 10, 29.9])
  const found = of(u, ({ x }) => expMinusOne(x!))
  expectClose(found.values, u.map(Math.expm1), { relative: 5e-6 })
  expectClose(found.slopes, u.map(Math.exp), { relative: 5e-6 })
})

test('beyond 30 it is the tangent', () => {
  const found = of([30, 31, 1000], ({ x }) => expMinusOne(x!))
  const e30 = Math.exp(30)
  expectClose(found.values, [e30, 2 * e30, 971 * e30], { relative: 5e-6 })
  expectClose(found.slopes, [e30, e30, e30], { relative: 5e-6 })
})

test('log odds near 1 and near 0, and at most 13.8', () => {
  const a = float32([-300, -20, -2, -Math.LN2, -0.1, -1e-4, -5e-6])
  const found = of(a, ({ x }) => logOdds(x!))
  expectClose(
    found.values,
    a.map((logp) => logp - Math.log(-Math.expm1(logp))),
    { relative: 5e-6, absolute: 2e-7 },
  )
  expectClose(
    found.slopes,
    a.map((logp) => -1 / Math.expm1(logp)),
    { relative: 5e-6 },
  )
  const certain = of([0, -1e-8], ({ x }) => logOdds(x!))
  expectClose(certain.values, [13.8155, 13.8155], { relative: 1e-5 })
  expect(certain.slopes).toEqual([0, 0])
})

const scores: readonly [Divergence, (r: number) => number, (r: number) => number][] = [
  ['reverse_kl', (r) => r, () => 1],
  ['forward_kl', (r) => -Math.expm1(-r), (r) => Math.exp(-r)],
  ['js_divergence', (r) => Math.LN2 - Math.log1p(Math.exp(-r)), (r) => 1 / (1 + Math.exp(r))],
  [{ alpha: 0.5 }, (r) => Math.expm1(-0.5 * r) / -0.5, (r) => Math.exp(-0.5 * r)],
  [{ alpha: 2 }, (r) => Math.expm1(r), (r) => Math.exp(r)],
  [{ alpha: 1 + 1e-7 }, (r) => r, () => 1],
]

test.each(scores)('score of %j', (divergence, score, slope) => {
  const r = float32([-12, -1.5, -1e-3, 0, 1e-3, 2, 12])
  const found = of(r, ({ x }) => divergenceScore(x!, divergence))
  expectClose(found.values, r.map(score), { relative: 5e-6, absolute: 1e-7 })
  expectClose(found.slopes, r.map(slope), { relative: 5e-6 })
})
