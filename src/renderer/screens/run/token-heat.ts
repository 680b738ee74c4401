// How a token's log-ratio becomes a colour: a scale with two sides, the same for both answers and all checkpoints of a pair.
import { logRatio, type ScoredToken, type TokenScores } from '#contract'
import { changeText, valueText } from '../../parts/charts/numbers.ts'
import { quantile } from '../../parts/charts/quantiles.ts'
import { grownRadius } from '../../parts/charts/scale.ts'

/** Share of the tokens that lie within the scale: a few extreme ones would leave the others pale. */
const WITHIN = 0.95

/** The least end of the scale, nats, so that rounding does not look like a change. */
const LEAST = 0.05

/** Where the scale ends on both sides, in nats: a round number. */
export function heatLimit({ steps, chosen, rejected }: TokenScores): number {
  const sizes = [...chosen, ...rejected].flatMap((token) => steps.map((_, place) => Math.abs(logRatio(token, place))))
  const far = quantile(sizes.filter(Number.isFinite), WITHIN)
  return grownRadius([far ?? 0], 0, LEAST)
}

/** From -1, as far down as the scale goes or further, to 1; 0 of what is no number. */
export function heat(ratio: number, limit: number): number {
  return Number.isFinite(ratio) ? Math.max(-1, Math.min(1, ratio / limit)) : 0
}

/** The ground of a token. */
export function heatColour(heat: number): string {
  const side = heat < 0 ? '--fallen' : '--risen'
  return `color-mix(in oklab, var(${side}) ${Math.round(100 * Math.abs(heat))}%, transparent)`
}

/** Everything that is known of a token, in words. */
export function tokenWords(token: ScoredToken, { place, step }: { place: number; step: number }): string {
  const ratio = changeText(logRatio(token, place))
  const numbers = `log-ratio ${ratio} nats: ${valueText(token.policy[place])} at step ${step}, reference ${valueText(token.reference)}`
  return `${token.text === '' ? 'part of the next character' : JSON.stringify(token.text)}, ${numbers}`
}
