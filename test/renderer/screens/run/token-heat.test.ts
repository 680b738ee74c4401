// The colours of tokens: one round scale for both sides, clipped at its ends, and words that say the same.
import { expect, test } from 'vitest'
import type { PairId, RunId, ScoredToken } from '#contract'
import { heat, heatColour, heatLimit, sumWords, tokenWords } from '../../../../src/renderer/screens/run/token-heat.ts'

const token = (ratio: number, text = 'x'): ScoredToken => ({ text, reference: -2, policy: [-2, -2 + ratio] })
const scores = (chosen: number[], rejected: number[]) => ({
  ...{ run: 1 as RunId, pair: 1 as PairId, steps: [4, 8] },
  chosen: chosen.map((ratio) => token(ratio)),
  rejected: rejected.map((ratio) => token(ratio)),
})

test('the scale ends at a round number that holds most tokens, and is never so short that dust is seen', () => {
  expect(heatLimit(scores([0], [1e-6]))).toBeGreaterThanOrEqual(0.05)
  const limit = heatLimit(scores(Array<number>(90).fill(0.9), [...Array<number>(9).fill(-0.9), -40]))
  expect(limit).toBe(1)
  expect(heatLimit(scores([NaN, 0.9], [-0.9]))).toBe(1)
})

test('colours part at zero and end with the scale', () => {
  expect([-3, -1, -0.5, 0, 0.5, 3].map((ratio) => heat(ratio, 1))).toEqual([-1, -1, -0.5, 0, 0.5, 1])
  expect(heat(NaN, 1)).toBe(0)
  expect(heatColour(-0.5)).toBe('color-mix(in oklab, var(--fallen) 50%, transparent)')
  expect(heatColour(1)).toBe('color-mix(in oklab, var(--risen) 100%, transparent)')
})

test('words tell the token, the log-ratio and both log-probabilities', () => {
  expect(tokenWords(token(0.5, ' a\n'), { place: 1, step: 8 })).toBe(
    '" a\\n", log-ratio +0.500 nats: −1.500 at step 8, reference −2.000',
  )
  expect(tokenWords(token(-0.5, ''), { place: 1, step: 8 })).toContain('part of the next character, log-ratio −0.500')
})

test('what is no number is called so, in a token and in the sum', () => {
  const broken: ScoredToken = { text: '7', reference: -2, policy: [null, -1] }
  expect(tokenWords(broken, { place: 0, step: 4 })).toBe('"7", no log-ratio: NaN at step 4, reference −2.000')
  expect(tokenWords({ ...broken, reference: null }, { place: 1, step: 8 })).toBe(
    '"7", no log-ratio: −1.000 at step 8, reference NaN',
  )
  expect(sumWords([broken, token(0.5)], 0)).toBe('1 not a number (NaN), so no sum')
  expect(sumWords([broken, broken], 0)).toBe('none a number (NaN), so no sum')
  expect(sumWords([broken, token(0.5)], 1)).toBe('together +1.500 nats')
})
