// A run whose loss reads the numbers that came with its pairs: each pair needs one, and as a weight one that can be a weight.
import { ProblemError, strengthUse, type PairId, type PairSet, type ParsedSettings } from '#contract'
import type { AppContext } from './context.ts'

/** @throws ProblemError when the loss reads numbers, and pairs that it would train on have none, or none that it can use so */
export function refuseNumbers(
  store: AppContext['store'],
  set: PairSet,
  settings: ParsedSettings,
  leaveOut: ReadonlySet<PairId>,
): void {
  const use = strengthUse(settings.label_strength)
  if (use?.from !== 'numbers') return
  const numbers = store.pairs.margins(set.id).filter(({ pair }) => !leaveOut.has(pair))
  const without = numbers.filter(({ margin }) => margin === null).length
  if (without > 0)
    throw new ProblemError({
      code: 'refused',
      message: `${without} of ${numbers.length} ${set.answers ? 'answers' : 'pairs'} have no number, and ${String(settings.label_strength)} needs one of each`,
      where: `set ${set.name}`,
      advice: set.answers
        ? 'Set label_strength to ignore: an answer alone has no margin'
        : `Import them with a margin or scores into a new set, or set label_strength to ${use.as}, which reads marks`,
    })
  if (use.as !== 'weight') return
  const below = numbers.filter(({ margin }) => Number(margin) < 0).length
  if (below > 0)
    throw cannotWeigh(
      `${below} of ${numbers.length} pairs have a number below 0, and no pair can weigh less than nothing`,
    )
  if (!numbers.some(({ margin }) => Number(margin) > 0))
    throw cannotWeigh('All numbers are 0, so no pair would weigh anything')
}

const cannotWeigh = (message: string) =>
  new ProblemError({
    code: 'refused',
    message,
    where: 'setting label_strength',
    advice: 'Set it to number-margin or number-soft-label, which can use them',
  })
