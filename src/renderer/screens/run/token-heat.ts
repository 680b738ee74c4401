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

/** Everything that is known of a token, in words; what is no number is called NaN. */
export function tokenWords(token: ScoredToken, { place, step }: { place: number; step: number }): string {
  const ratio = logRatio(token, place)
  const start = Number.isNaN(ratio) ? 'no log-ratio' : `log-ratio ${changeText(ratio)} nats`
  const numbers = `${start}: ${numberText(token.policy[place])} at step ${step}, reference ${numberText(token.reference)}`
  return `${token.text === '' ? 'part of the next character' : JSON.stringify(token.text)}, ${numbers}`
}

const numberText = (value: number | null | undefined) => (value == null ? 'NaN' : valueText(value))

/** What the tokens of a side add up to, in words; a sum needs all of them. */
export function sumWords(tokens: readonly ScoredToken[], place: number): string {
  const ratios = tokens.map((token) => logRatio(token, place))
  const broken = ratios.filter(Number.isNaN).length
  if (broken > 0) return `${broken === ratios.length ? 'none' : `${broken} not`} a number (NaN), so no sum`
  return `together ${changeText(ratios.reduce((total, ratio) => total + ratio, 0))} nats`
}
