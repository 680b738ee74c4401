// The figures of one evaluation or of two, as rows of a table: a value with its interval for each, and the difference.
import type { Evaluation, EvaluationComparison, EvaluationFigures, Mean, Share } from '#contract'

/** `low` and `high` are null where there is no interval. */
export type Figure = { value: number; low: number | null; high: number | null }

export type FigureRow = {
  key: string
  label: string
  meaning: string
  unit: 'share' | 'nats' | 'tokens' | 'score'
  a: Figure | null
  b: Figure | null
  difference: Figure | null
  /** Of McNemar's exact test. */
  p: number | null
  /** Both values and their intervals lie within. */
  extent: readonly [number, number]
}

type Source = {
  key: string
  label: string
  meaning: string
  unit: FigureRow['unit']
  of: (figures: EvaluationFigures) => Figure | null
  compared?: (comparison: EvaluationComparison) => { difference: Mean | null; p?: number } | null
}

const sources: readonly Source[] = [
  {
    key: 'pass',
    label: 'Pass rate',
    meaning: 'Share of answers that the checker passes, of those that it can decide.',
    unit: 'share',
    of: ({ answers }) => answers && shareFigure(answers.passRate),
    compared: ({ answers }) => answers,
  },
  {
    key: 'score',
    label: 'Mean score',
    meaning: 'What the reward model gives the answers to a prompt, on average over prompts.',
    unit: 'score',
    of: ({ answers }) => (answers?.score ? meanFigure(answers.score) : null),
    compared: ({ scores }) => scores && { difference: scores },
  },
  {
    key: 'accuracy',
    label: 'Accuracy, by sum',
    meaning: 'Share of pairs whose chosen answer is the likelier; a tie counts as half.',
    unit: 'share',
    of: ({ pairs }) => pairs && shareFigure(pairs.accuracy),
    compared: ({ pairs }) => pairs,
  },
  {
    key: 'accuracy-token',
    label: 'Accuracy, per token',
    meaning: 'The same by the mean log-probability of a token, which does not favour the shorter answer.',
    unit: 'share',
    of: ({ pairs }) => pairs && shareFigure(pairs.accuracyPerToken),
  },
  {
    key: 'reward',
    label: 'Reward accuracy',
    meaning: 'Share of pairs whose chosen answer gained on the rejected against the model that the run began from.',
    unit: 'share',
    of: ({ pairs }) => (pairs?.reward ? shareFigure(pairs.reward.accuracy) : null),
  },
  {
    key: 'margin',
    label: 'Margin',
    meaning: 'Log-probability of chosen minus that of rejected, summed over tokens.',
    unit: 'nats',
    of: ({ pairs }) => pairs && meanFigure(pairs.margin),
    compared: ({ pairs }) => pairs && { difference: pairs.margin },
  },
  {
    key: 'chosen',
    label: 'Chosen, per token',
    meaning: 'Mean log-probability of a token of the chosen answers.',
    unit: 'nats',
    of: ({ pairs }) => pairs && meanFigure(pairs.chosen),
  },
  {
    key: 'rejected',
    label: 'Rejected, per token',
    meaning: 'Mean log-probability of a token of the rejected answers.',
    unit: 'nats',
    of: ({ pairs }) => pairs && meanFigure(pairs.rejected),
  },
  {
    key: 'length',
    label: 'Answer length',
    meaning: 'Tokens of an answer.',
    unit: 'tokens',
    of: ({ answers }) => answers && meanFigure(answers.length),
  },
  {
    key: 'unended',
    label: 'Did not end',
    meaning: 'Share of answers that reached the longest length before they ended.',
    unit: 'share',
    of: ({ answers }) => answers && { value: answers.unended, low: null, high: null },
  },
]

/** The rows that one of the two has. */
export function figureRows(
  a: Pick<Evaluation, 'figures'>,
  b: Pick<Evaluation, 'figures'> | null,
  comparison: EvaluationComparison | null,
): FigureRow[] {
  return sources.flatMap(({ of, compared, ...words }) => {
    const [first, second] = [a.figures && of(a.figures), (b?.figures && of(b.figures)) ?? null]
    if (!first && !second) return []
    const between = comparison && compared ? compared(comparison) : null
    return [
      {
        ...words,
        ...{ a: first, b: second },
        difference: between?.difference ? meanFigure(between.difference) : null,
        p: between?.p ?? null,
        extent: words.unit === 'share' ? ([0, 1] as const) : extentOf([first, second]),
      },
    ]
  })
}

function shareFigure({ rate, low, high }: Share): Figure | null {
  return rate === null ? null : { value: rate, low, high }
}

function meanFigure({ mean, low, high }: Mean): Figure | null {
  return mean === null ? null : { value: mean, low, high }
}

/** From the least to the greatest number, with a little room. */
function extentOf(figures: readonly (Figure | null)[]): [number, number] {
  const numbers = figures.flatMap((one) => (one ? [one.low ?? one.value, one.high ?? one.value] : []))
  const [least, most] = [Math.min(...numbers), Math.max(...numbers)]
  const room = (most - least || Math.abs(most) || 1) * 0.1
  return [least - room, most + room]
}

const MINUS = '−'
const fixed = (value: number, digits: number) => value.toFixed(digits).replace('-', MINUS)

/** '86.0 %', '3.84', '34.8'. */
export function figureText(value: number, unit: FigureRow['unit']): string {
  if (unit === 'share') return `${fixed(100 * value, 1)} %`
  return fixed(value, unit === 'tokens' ? 1 : 3)
}

/** '77.9 to 91.5', or nothing where there is no interval. */
export function intervalText({ low, high }: Figure, unit: FigureRow['unit']): string {
  if (low === null || high === null) return ''
  const text = (value: number) => figureText(value, unit).replace(' %', '')
  return `${text(low)} to ${text(high)}`
}

/** A difference with its sign, shares in points: '+6.0 points'. */
export function differenceText({ value }: Figure, unit: FigureRow['unit']): string {
  const sign = value > 0 ? '+' : ''
  return unit === 'share' ? `${sign}${fixed(100 * value, 1)} points` : `${sign}${figureText(value, unit)}`
}

/** 'p < 0.001', 'p = 0.180'. */
export const pText = (p: number) => (p < 0.001 ? 'p < 0.001' : `p = ${p.toFixed(3)}`)
