// What a policy made of each item of an evaluation: log-probabilities and judged answers, by the item's place in the set version.
import type { CheckVerdict, EvaluationId, ItemResult } from '#contract'
import type { ReadableDatabase, WritableDatabase } from './database.ts'
import { readTexts, writeTexts } from './texts.ts'

type Judged = Pick<ItemResult['answers'][number], 'tokens' | 'ended' | 'verdict' | 'score'>

/** An item without its texts: what lists are ordered by and comparisons read. */
export type EvaluationOutcome = Omit<ItemResult, 'answers'> & { position: number; answers: Judged[] }

type ItemRow = {
  position: number
  chosen_logp: number | null
  chosen_tokens: number | null
  chosen_reference: number | null
  rejected_logp: number | null
  rejected_tokens: number | null
  rejected_reference: number | null
  preferred: number | null
  answered: number | null
}
type JudgedRow = { position: number; tokens: number; ended: 0 | 1; verdict: CheckVerdict; score: number }
type AnswerRow = JudgedRow & { text: number; why: string }

export function readEvaluationItems(db: ReadableDatabase) {
  const texts = readTexts(db)
  const items = db.query<ItemRow>('SELECT * FROM evaluation_items WHERE evaluation = ? ORDER BY position')
  const item = db.query<ItemRow>('SELECT * FROM evaluation_items WHERE evaluation = ? AND position = ?')
  const judged = db.query<JudgedRow>(
    'SELECT position, tokens, ended, verdict, score FROM evaluation_answers WHERE evaluation = ? ORDER BY position, place',
  )
  const answers = db.query<AnswerRow>(
    'SELECT * FROM evaluation_answers WHERE evaluation = ? AND position = ? ORDER BY place',
  )
  return {
    /** All items in order of position, without their texts. */
    outcomes(evaluation: EvaluationId): EvaluationOutcome[] {
      const byPosition = new Map<number, Judged[]>()
      for (const row of judged.all(evaluation))
        byPosition.set(row.position, [...(byPosition.get(row.position) ?? []), judgedOf(row)])
      return items.all(evaluation).map((row) => ({
        position: row.position,
        ...measuredOf(row),
        answers: byPosition.get(row.position) ?? [],
      }))
    },
    /** One item with its answers; null when the evaluation has none at this position. */
    result(evaluation: EvaluationId, position: number): ItemResult | null {
      const row = item.one(evaluation, position)
      if (!row) return null
      const given = answers.all(evaluation, position).map((answer) => ({
        ...judgedOf(answer),
        ...{ text: texts.body(answer.text), why: answer.why },
      }))
      return { ...measuredOf(row), answers: given }
    },
  }
}

export function writeEvaluationItems(db: WritableDatabase) {
  const texts = writeTexts(db)
  const put = db.change('INSERT INTO evaluation_items VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)')
  const answer = db.change('INSERT INTO evaluation_answers VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)')
  /** Stores items. Call it in a transaction. */
  return (evaluation: EvaluationId, items: readonly (ItemResult & { position: number })[]): void => {
    for (const { position, likelihood, answers, preferred, answered } of items) {
      const { chosen, rejected } = likelihood ?? { chosen: null, rejected: null }
      put.run(
        ...[evaluation, position, finite(chosen?.logp), chosen?.tokens ?? null, finite(chosen?.reference)],
        ...[finite(rejected?.logp), rejected?.tokens ?? null, finite(rejected?.reference), preferred, answered],
      )
      answers.forEach(({ text, tokens, ended, verdict, score, why }, place) =>
        answer.run(evaluation, position, place, texts.put(text).id, tokens, ended ? 1 : 0, verdict, score, why),
      )
    }
  }
}

const judgedOf = ({ tokens, ended, verdict, score }: JudgedRow): Judged => ({
  ...{ tokens, ended: ended === 1, verdict, score },
})

/** A number that is none comes back as null, and the pair as one that was not scored. */
function measuredOf(row: ItemRow): Omit<ItemResult, 'answers'> {
  const side = (logp: number | null, tokens: number | null, reference: number | null) =>
    logp === null || tokens === null ? null : { logp, tokens, reference }
  const chosen = side(row.chosen_logp, row.chosen_tokens, row.chosen_reference)
  const rejected = side(row.rejected_logp, row.rejected_tokens, row.rejected_reference)
  return {
    likelihood: chosen && rejected && { chosen, rejected },
    ...{ preferred: row.preferred, answered: row.answered },
  }
}

const finite = (value: number | null | undefined) => (Number.isFinite(value) ? (value as number) : null)
