// Drop and Degradation by who wrote the answer and by how long it is.
import { defined, mean, quantile } from './quantiles.ts'
import { changePerToken, type PairScore, type ResponseScore } from './score.ts'

/** on: the model that is tuned gave the answer, before any tuning. off: somebody else did. null: nobody knows. */
export type PolicyOrigin = 'on' | 'off' | null
export type SideOrigins = Readonly<Record<'chosen' | 'rejected', PolicyOrigin>>
export type SplitPair = PairScore & { origins: SideOrigins | undefined }

/** Where the thirds of the answers end, in tokens: short ones have at most `short`, middle ones at most `middle`. */
type Limits = { short: number; middle: number }

/**
 * Readings of the training probes in parts: mean change per token of the rejected (`drop/train/rejected/…`) and of the chosen
 * (`degradation/train/chosen/…`), by the origin of that answer, where both kinds are there, and by its length. The limits of length are the
 * thirds of all answers of the probes, both sides together, so they stay while the probes do; they are told as `length/short` and
 * `length/middle`. A part without an answer is left out, and so are the lengths where all answers are in one part.
 */
export function splitReadings(train: readonly SplitPair[]) {
  const lengths = train.flatMap(({ chosen, rejected }) => [chosen.tokens, rejected.tokens])
  const limits = { short: Math.floor(quantile(lengths, 1 / 3)), middle: Math.floor(quantile(lengths, 2 / 3)) }
  const dropped = partsOf(train, 'rejected', limits)
  const degraded = partsOf(train, 'chosen', limits)
  const told = [dropped, degraded].some(({ short, middle, long }) => [short, middle, long].some(Number.isFinite))
  return defined({
    'drop/train/rejected/on_policy': dropped.on,
    'drop/train/rejected/off_policy': dropped.off,
    'drop/train/rejected/short': dropped.short,
    'drop/train/rejected/middle': dropped.middle,
    'drop/train/rejected/long': dropped.long,
    'degradation/train/chosen/on_policy': degraded.on,
    'degradation/train/chosen/off_policy': degraded.off,
    'degradation/train/chosen/short': degraded.short,
    'degradation/train/chosen/middle': degraded.middle,
    'degradation/train/chosen/long': degraded.long,
    'length/short': told ? limits.short : NaN,
    'length/middle': told ? limits.middle : NaN,
  })
}

function partsOf(train: readonly SplitPair[], side: 'chosen' | 'rejected', limits: Limits) {
  const answers = train.map((pair) => ({ score: pair[side], origin: pair.origins?.[side] ?? null }))
  const by = (belongs: (answer: (typeof answers)[number]) => boolean) =>
    answers.filter(belongs).map(({ score }) => changePerToken(score))
  const [on, off] = parted(
    by(({ origin }) => origin === 'on'),
    by(({ origin }) => origin === 'off'),
  )
  const length = (wanted: ReturnType<typeof bucket>) => by(({ score }) => bucket(score, limits) === wanted)
  const [short, middle, long] = parted(length('short'), length('middle'), length('long'))
  return { on: on!, off: off!, short: short!, middle: middle!, long: long! }
}

/** The mean of each part; of one part alone nothing, as it is no part. */
function parted(...parts: readonly number[][]): number[] {
  const several = parts.filter((part) => part.length > 0).length > 1
  return parts.map((part) => (several ? mean(part) : NaN))
}

function bucket({ tokens }: ResponseScore, { short, middle }: Limits): 'short' | 'middle' | 'long' {
  if (tokens <= short) return 'short'
  return tokens <= middle ? 'middle' : 'long'
}
