// Which items can be shown, with how many there are of each; and an item's result in a few words.
import type { Evaluation, EvaluationComparison, EvaluationItem, ItemFilter, ItemResult } from '#contract'
import { count } from '../../quantities.ts'
import { labelWords } from '../../parts/label-words.ts'
import { valueText } from '../../parts/charts/numbers.ts'

export type ShowOption = { value: ItemFilter['show']; label: string; count?: string }

/** All, then by who got them right; counts are those of the comparison. */
export function showOptions(
  a: Evaluation,
  b: Evaluation | null,
  by: ItemFilter['by'],
  comparison: EvaluationComparison | null,
): ShowOption[] {
  const all: ShowOption = { value: 'all', label: 'All' }
  // A reward model's score is neither right nor wrong.
  if (by === 'answers' && a.options.rewardModel) return [all]
  if (!b) return [all, { value: 'right', label: 'Right' }, { value: 'wrong', label: 'Wrong' }]
  const found = by === 'answers' ? comparison?.answers : comparison?.pairs
  const told = (n: number | undefined) => (n === undefined ? undefined : count(n))
  return [
    all,
    { value: 'only-a', label: `Only ${short(a.label)} right`, count: told(found?.onlyA) },
    { value: 'only-b', label: `Only ${short(b.label)} right`, count: told(found?.onlyB) },
    { value: 'both-right', label: 'Both right', count: told(found?.both) },
    { value: 'both-wrong', label: 'Both wrong', count: told(found?.neither) },
  ]
}

const short = (label: string) => (label.length > 16 ? `${label.slice(0, 15)}…` : label)

/** 'Margin 3.21 nats', with what it gained against the reference where there is one. */
export function marginText({ likelihood }: ItemResult): string | null {
  if (!likelihood) return null
  const { chosen, rejected } = likelihood
  const margin = `Margin ${valueText(chosen.logp - rejected.logp)} nats`
  if (chosen.reference === null || rejected.reference === null) return margin
  const before = chosen.reference - rejected.reference
  return `${margin}, from ${valueText(before)}`
}

/** What the answer that the set has to a prompt is called: 'Chosen', or of an answer alone 'Good' or 'Bad'. */
export const givenWord = ({ mark }: Pick<EvaluationItem, 'mark'>) => (mark ? labelWords[mark] : 'Chosen')
