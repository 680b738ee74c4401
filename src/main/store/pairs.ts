// Pairs of a set: lists that stay quick at 100,000 pairs, one pair in full, and what is exported.
import {
  type LabelState,
  type Mark,
  type PairNumbers,
  type Response,
  type PairDetail,
  type PairFilter,
  type PairId,
  type PairRow,
  type SetId,
  type Text,
} from '#contract'
import { aloneOf, answerFirst, markedLabel, type SetKind } from './answers-alone.ts'
import type { ReadableDatabase } from './database.ts'
import { noPair, readLabels } from './labels.ts'
import { readMeasures } from './measures.ts'
import { expectedOf } from './expected.ts'
import { readOrigins } from './origins.ts'
import { marginColumn, numberColumns, numbersTold, type NumberRow } from './pair-numbers.ts'
import type { PairOrder } from './pair-order.ts'
import type { ReferenceKey } from './references.ts'
import { plainText, readTexts, textOf, type TextRow } from './texts.ts'

/** `measuredBy` is the model that the filter names. */
export type PairPage = {
  set: SetId
  filter: PairFilter
  offset: number
  limit: number
  measuredBy?: ReferenceKey | null
}

/** Pairs that are read at once. */
const PAGE = 500
/** Characters of a text that a list shows. */
const EXCERPT = 300

type ListRow = {
  id: number
  form: TextRow['form']
  prompt: string
  chosen: string
  rejected: string
  label: LabelState
  chosen_by: string
  rejected_by: string
  chosen_length: number
  rejected_length: number
}
type DetailRow = NumberRow & {
  id: number
  set_id: number
  prompt: number
  a: number
  a_origin: number
  b: number
  b_origin: number
  b_first: 0 | 1
  extra: string | null
  label: LabelState
  strength: 1 | 2
  chosen: number
  chosen_origin: number
  rejected: number
  rejected_origin: number
}
type ChosenRow = NumberRow & {
  id: number
  form: TextRow['form']
  prompt: string
  chosen: string
  rejected: string
  extra: string | null
}

/** `expected` is what a checker compares answers with, where that is not the chosen response. An answer alone is in `chosen` and has a mark. */
export type ChosenPair = {
  prompt: Text
  chosen: string
  rejected: string
  expected: string | null
  mark?: Mark
  numbers: PairNumbers | null
}

const excerpt = (text: string) => (text.length > EXCERPT ? `${text.slice(0, EXCERPT)}…` : text)

export function readPairs(db: ReadableDatabase, order: PairOrder) {
  const texts = readTexts(db)
  const origin = readOrigins(db)
  const labels = readLabels(db)
  const measures = readMeasures(db)
  const rows = db.query<ListRow>(`
    SELECT p.id, t.form, t.body AS prompt, substr(c.body, 1, ${EXCERPT + 1}) AS chosen,
      substr(r.body, 1, ${EXCERPT + 1}) AS rejected, p.label, o.writer AS chosen_by, q.writer AS rejected_by,
      p.chosen_length, p.rejected_length
    FROM json_each(:ids) page JOIN pairs p ON p.id = page.value
      JOIN texts t ON t.id = p.prompt JOIN texts c ON c.id = p.chosen JOIN texts r ON r.id = p.rejected
      JOIN origins o ON o.id = p.chosen_origin JOIN origins q ON q.id = p.rejected_origin
    ORDER BY page.key`)
  const detail = db.query<DetailRow>(`SELECT s.*, ${numberColumns} FROM pairs s WHERE s.id = ?`)
  const holds = db.column<SetKind>('SELECT holds FROM sets WHERE id = ?')
  const chosen = db.query<ChosenRow>(`
    SELECT s.id, p.form, p.body AS prompt, c.body AS chosen, r.body AS rejected, s.extra,
      ${numberColumns}
    FROM pairs s JOIN texts p ON p.id = s.prompt JOIN texts c ON c.id = s.chosen JOIN texts r ON r.id = s.rejected
    WHERE s.set_id = ? AND s.label = 'chosen' AND s.id > ? ORDER BY s.id LIMIT ${PAGE}`)
  const margins = db.query<{ pair: PairId; margin: number | null }>(
    `SELECT s.id AS pair, ${marginColumn} AS margin FROM pairs s WHERE s.set_id = ? AND s.label = 'chosen'`,
  )
  const response = (text: number, by: number) => ({ text: texts.body(text), origin: origin(by) })
  return {
    /** One page of a list, and how long the whole list is. */
    list({ set, filter, offset, limit, measuredBy = null }: PairPage): { total: number; rows: PairRow[] } {
      const key = measuredBy && measures.keyId(measuredBy)
      const ids = order.ids(set, filter, key)
      const page = [...ids.subarray(offset, offset + limit)]
      const measured = measures.of(key, page)
      const alone = holds.one(set) === 'answers'
      return {
        total: ids.length,
        rows: rows.all({ ids: JSON.stringify(page) }).map((row) => {
          const [chosen, rejected] = answerFirst(
            alone,
            { text: row.chosen, by: row.chosen_by, length: row.chosen_length },
            { text: row.rejected, by: row.rejected_by, length: row.rejected_length },
          )
          return {
            id: row.id as PairId,
            prompt: excerpt(plainText(textOf({ form: row.form, body: row.prompt }))),
            chosen: excerpt(chosen.text),
            rejected: excerpt(rejected.text),
            label: alone ? markedLabel(row.label, row.chosen) : row.label,
            chosenBy: chosen.by || null,
            rejectedBy: rejected.by || null,
            chosenLength: chosen.length,
            rejectedLength: rejected.length,
            measures: measured.get(row.id) ?? null,
          }
        }),
      }
    },
    /** @throws ProblemError `not-found` */
    show(id: PairId): PairDetail {
      const row = detail.one(id)
      if (!row) throw noPair(id)
      const alone = holds.one(row.set_id) === 'answers'
      const of = (one: Response, other: Response) => answerFirst(alone, one, other)
      const [a, b] = of(response(row.a, row.a_origin), response(row.b, row.b_origin))
      const [chosen, rejected] = of(
        response(row.chosen, row.chosen_origin),
        response(row.rejected, row.rejected_origin),
      )
      return {
        id,
        set: row.set_id as SetId,
        alone,
        prompt: texts.text(row.prompt),
        ...{ a, b, chosen, rejected },
        label: alone ? markedLabel(row.label, texts.body(row.chosen)) : row.label,
        strength: row.strength,
        bFirst: row.b_first === 1,
        numbers: numbersTold(row),
        extra: row.extra === null ? {} : (JSON.parse(row.extra) as Record<string, string>),
        history: labels.history(id),
      }
    },
    /** By how much the chosen response of each pair with a choice is better, as its numbers say; null where they do not. */
    margins: (set: SetId) => margins.all(set),
    /** The pairs whose label is a choice, or the answers that are marked, in order of id, one by one. The store may be written meanwhile. */
    *chosen(set: SetId): Generator<ChosenPair> {
      const alone = holds.one(set) === 'answers'
      let last = 0
      for (;;) {
        const page = chosen.all(set, last)
        for (const { form, prompt, chosen, rejected, extra, ...row } of page)
          yield {
            prompt: textOf({ form, body: prompt }),
            ...(alone ? aloneOf(chosen, rejected) : { chosen, rejected }),
            expected: expectedOf(extra),
            numbers: numbersTold(row),
          }
        last = page.at(-1)?.id ?? last
        if (page.length < PAGE) return
      }
    },
  }
}
