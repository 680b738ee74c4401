// Evaluations as lines of a terminal: figures with their intervals, one column a policy, and what differs between two.
import type { ComparedShares, Evaluation, EvaluationComparison, Mean, Share } from '#contract'
import { table } from './grammar.ts'

/** One or two finished evaluations, and the comparison of two. */
export function evaluationLines(evaluations: readonly Evaluation[], comparison: EvaluationComparison | null): string[] {
  const rows = figureRows(evaluations)
  return [
    ...evaluations.slice(0, 1).map(({ set }) => `${itemCount(set)} of ${set.name}; 95 % intervals in brackets.`),
    ...table(['', ...evaluations.map(({ label }) => label)], rows),
    ...evaluations.flatMap(({ label, leftOut }) => leftOutLines(label, leftOut)),
    ...(comparison ? comparisonLines(evaluations, comparison) : []),
  ]
}

function itemCount({ pairs, alone }: Evaluation['set']): string {
  return `${pairs} ${alone ? 'answer' : 'pair'}${pairs === 1 ? '' : 's'}`
}

type Figures = NonNullable<Evaluation['figures']>
type Row = [name: string, cell: (figures: Figures) => string | null]

const figures: readonly Row[] = [
  ['accuracy, by sum', ({ pairs }) => pairs && shareText(pairs.accuracy)],
  ['accuracy, per token', ({ pairs }) => pairs && shareText(pairs.accuracyPerToken)],
  ['margin, nats', ({ pairs }) => pairs && meanText(pairs.margin)],
  ['margin, nats/token', ({ pairs }) => pairs && meanText(pairs.marginPerToken)],
  ['chosen, nats/token', ({ pairs }) => pairs && meanText(pairs.chosen)],
  ['rejected, nats/token', ({ pairs }) => pairs && meanText(pairs.rejected)],
  ['reward accuracy', ({ pairs }) => (pairs?.reward ? shareText(pairs.reward.accuracy) : null)],
  ['reward margin, nats', ({ pairs }) => (pairs?.reward ? meanText(pairs.reward.margin) : null)],
  ['pass rate', ({ answers }) => (answers && !answers.score ? shareText(answers.passRate) : null)],
  [
    'undecided answers',
    ({ answers }) => (answers && !answers.score ? `${answers.undecided} of ${answers.answers}` : null),
  ],
  ['score', ({ answers }) => (answers?.score ? meanText(answers.score) : null)],
  ['answer length, tokens', ({ answers }) => answers && meanText(answers.length, 1)],
  ['did not end', ({ answers }) => answers && percent(answers.unended)],
]

/** Rows that at least one of the evaluations has. */
function figureRows(evaluations: readonly Evaluation[]): string[][] {
  return figures.flatMap(([name, cell]) => {
    const cells = evaluations.map((one) => one.figures && cell(one.figures))
    return cells.every((text) => text === null) ? [] : [[name, ...cells.map((text) => text ?? '-')]]
  })
}

function leftOutLines(label: string, { pairs, prompts }: Evaluation['leftOut']): string[] {
  const told = (n: number, what: string) => (n > 0 ? [`${label}: ${n} ${what}`] : [])
  return [...told(pairs, 'pairs do not fit the model.'), ...told(prompts, 'prompts leave no room for an answer.')]
}

function comparisonLines(
  evaluations: readonly Evaluation[],
  { pairs, answers, scores, incomparable }: EvaluationComparison,
) {
  const [a, b] = evaluations.map(({ label }) => label)
  const shares = (what: string, found: ComparedShares) => [
    `${what}: ${b} less ${a} ${meanText(found.difference, 1, 100)} points, ${found.p < 0.001 ? 'p < 0.001' : `p = ${found.p.toFixed(3)}`} (McNemar, exact)`,
    `  both right ${found.both}, only ${a} ${found.onlyA}, only ${b} ${found.onlyB}, neither ${found.neither}`,
  ]
  return [
    '',
    ...(answers ? shares('pass rate', answers) : []),
    ...(scores ? [`score: ${b} less ${a} ${meanText(scores)}`] : []),
    ...(pairs ? shares('accuracy', pairs) : []),
    ...(pairs?.margin ? [`margin: ${b} less ${a} ${meanText(pairs.margin)} nats`] : []),
    ...(pairs?.reward ? [`${b} against ${a} as reference: reward accuracy ${shareText(pairs.reward.accuracy)}`] : []),
    ...(incomparable ? [incomparable] : []),
  ]
}

const percent = (value: number) => `${(100 * value).toFixed(1)} %`

function shareText({ rate, low, high, of }: Share): string {
  return rate === null ? '-' : `${percent(rate)} [${(100 * low).toFixed(1)}, ${(100 * high).toFixed(1)}] of ${of}`
}

function meanText({ mean, low, high }: Mean, digits = 3, times = 1): string {
  if (mean === null) return '-'
  const text = (value: number) => (times * value).toFixed(digits)
  return low === null || high === null ? text(mean) : `${text(mean)} [${text(low)}, ${text(high)}]`
}
