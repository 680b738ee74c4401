// The items of one evaluation or of two side by side: filtered, ordered, and a page of them with their texts.
import { isRight, type CommandOutput, type CommandParsed, type ItemFilter } from '#contract'
import type { EvaluationOutcome } from '../store/index.ts'
import type { AppContext } from './context.ts'
import { comparedItems } from './evaluation-request.ts'

type Item = { position: number; a: EvaluationOutcome; b: EvaluationOutcome | null }

export function itemPage(
  context: AppContext,
  { a, b, filter, offset, limit }: CommandParsed<'evaluations.items'>,
): CommandOutput<'evaluations.items'> {
  const { store } = context
  const items = b === null ? { a: outcomesOf(context, a), b: null } : comparedItems(context, a, b)
  const found = items.a
    .map((own, i): Item => ({ position: own.position, a: own, b: items.b?.[i] ?? null }))
    .filter((item) => isShown(item, filter))
    .toSorted((one, other) => rank(one, filter) - rank(other, filter) || one.position - other.position)
  const version = store.evaluations.setVersion(a)
  const rows = found.slice(offset, offset + limit).map(({ position }) => {
    const pair = store.sets.frozenPair(version, position)
    const result = store.evaluations.result(a, position)
    if (!pair || !result) throw new Error(`Item ${position} of evaluation ${a} is missing from the store`)
    const { id, ...texts } = pair
    return {
      id: position + 1,
      pair: id,
      ...texts,
      a: result,
      b: b === null ? null : store.evaluations.result(b, position),
    }
  })
  return { total: found.length, rows }
}

function outcomesOf({ store }: AppContext, id: CommandParsed<'evaluations.items'>['a']): EvaluationOutcome[] {
  return store.evaluations.outcomes(store.evaluations.show(id).id)
}

/** Of several answers most, of a pair that chosen is the likelier. Null where it cannot be told. */
function rightBy(outcome: EvaluationOutcome | null, by: ItemFilter['by']): boolean | null {
  const share = by === 'answers' ? outcome?.answered : outcome?.preferred
  return share === null || share === undefined ? null : isRight(share)
}

function isShown({ a, b }: Item, { by, show }: ItemFilter): boolean {
  const [first, second] = [rightBy(a, by), rightBy(b, by)]
  switch (show) {
    case 'all':
      return true
    case 'right':
      return first === true
    case 'wrong':
      return first === false
    case 'only-a':
      return first === true && second === false
    case 'only-b':
      return first === false && second === true
    case 'both-right':
      return first === true && second === true
    case 'both-wrong':
      return first === false && second === false
  }
}

/** Lower comes first; what has no such number comes last. */
function rank({ a, b }: Item, { order }: ItemFilter): number {
  const last = Number.MAX_VALUE
  switch (order) {
    case 'set':
      return 0
    case 'margin':
      return marginOf(a) ?? last
    case 'change': {
      const [own, other] = [marginOf(a), b && marginOf(b)]
      return own === null || other === null ? last : own - other
    }
    case 'score':
      return a.answers.length > 0 ? a.answers.reduce((sum, { score }) => sum + score, 0) / a.answers.length : last
    case 'length':
      return a.answers.length > 0 ? -Math.max(...a.answers.map(({ tokens }) => tokens)) : last
  }
}

function marginOf({ likelihood }: EvaluationOutcome): number | null {
  return likelihood && likelihood.chosen.logp - likelihood.rejected.logp
}
