// The clipped value loss by hand, beside TRL's formula and its difference quotients.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { clippedValueLoss, type ValuedTokens } from '../../../src/ml/losses/value.ts'
import { openBackend } from '../backend.ts'
import { evaluated, expectClose } from './evaluated.ts'

await openBackend()

type Numbers = Record<keyof ValuedTokens, number[]>

function read(inputs: Numbers, cliprangeValue: number) {
  let clipfrac: number[] = []
  const found = evaluated(inputs, (x) => {
    const losses = clippedValueLoss(x as ValuedTokens, { cliprangeValue })
    clipfrac = [...losses.clipfrac.dataSync()]
    return losses.losses
  })
  const slopes = (name: keyof ValuedTokens) => found.gradients[name]!.map((x) => x * inputs.values.length)
  return { values: found.losses, clipfrac, slopes }
}

test('worked by hand: within the range, past it towards the return, past it away from it', () => {
  const inputs = { values: [1.25, 2, 2, 1], oldValues: [1, 1, 1, 1], returns: [3, 3, -1, 1] }
  const found = read(inputs, 0.5)
  // 1.5 stands in for 2 in the second; in the third it would be the smaller of both losses.
  expectClose(found.values, [1.75 ** 2 / 2, 1.5 ** 2 / 2, 3 ** 2 / 2, 0])
  expectClose(found.slopes('values'), [-1.75, 0, 3, 0])
  expect(found.clipfrac).toEqual([0, 1, 0, 0])
  for (const name of ['oldValues', 'returns'] as const) expect(found.slopes(name)).toEqual([0, 0, 0, 0])
})

test('before the first update the gradient is exactly V - G, neither halved nor doubled', () => {
  const inputs = { values: [1, -2], oldValues: [1, -2], returns: [4, -4] }
  expect(read(inputs, 0.2).slopes('values')).toEqual([-3, 2])
})

test('the loss of TRL, its share of clipped tokens and its slope', () => {
  const number = fc.integer({ min: -300, max: 300 }).map((x) => x / 64)
  const clamp = (x: number, low: number, high: number) => Math.min(Math.max(x, low), high)
  fc.assert(
    fc.property(fc.array(fc.tuple(number, number, number), { minLength: 1, maxLength: 5 }), (tokens) => {
      const c = 0.2
      const both = (v: number, old: number, g: number) => [(v - g) ** 2, (clamp(v, old - c, old + c) - g) ** 2] as const
      const loss = (v: number, old: number, g: number) => 0.5 * Math.max(...both(v, old, g))
      // Not where the two losses meet outside the range, and not at its ends.
      fc.pre(
        tokens.every(([v, old, g]) => {
          const [free, held] = both(v, old, g)
          return Math.abs(Math.abs(v - old) - c) > 1e-3 && (Math.abs(v - old) < c || Math.abs(free - held) > 1e-2)
        }),
      )
      const column = (i: 0 | 1 | 2) => tokens.map((token) => token[i])
      const inputs = { values: column(0), oldValues: column(1), returns: column(2) }
      const found = read(inputs, c)
      expectClose(
        found.values,
        tokens.map((token) => loss(...token)),
        { relative: 1e-4, absolute: 1e-5 },
      )
      const h = 1e-5
      const slopes = tokens.map(([v, old, g]) => (loss(v + h, old, g) - loss(v - h, old, g)) / (2 * h))
      expectClose(found.slopes('values'), slopes, { relative: 1e-4, absolute: 1e-5 })
      const clipped = tokens.map((token) => (both(...token)[1] > both(...token)[0] ? 1 : 0))
      const apart = tokens.map(([v, old]) => Math.abs(v - old) > c)
      found.clipfrac.forEach((one, i) => expect(one).toBe(apart[i] ? clipped[i] : 0))
    }),
    { numRuns: 80 },
  )
})
