// The prompts of a set: each once, with what is expected of an answer.
import type { SetId, Text } from '#contract'
import type { ReadableDatabase } from './database.ts'
import { expectedOf } from './expected.ts'
import { textOf, type TextRow } from './texts.ts'

/**
 * `expected` is what the prompt's first pair says, else the chosen response of its first pair that has one, or its first good answer; null
 * when none has.
 */
export type SetPrompt = { prompt: Text; expected: string | null }

type Row = Pick<TextRow, 'form' | 'body'> & { chosen: string | null; extra: string | null }

export function readPrompts(db: ReadableDatabase) {
  const rows = db.query<Row>(`
    SELECT t.form, t.body, one.extra, (
      SELECT c.body FROM pairs p JOIN texts c ON c.id = p.chosen
      WHERE p.set_id = :set AND p.prompt = found.prompt AND p.label = 'chosen' AND p.chosen_length > 0 ORDER BY p.id LIMIT 1) AS chosen
    FROM (SELECT prompt, min(id) AS first FROM pairs WHERE set_id = :set GROUP BY prompt) found
      JOIN texts t ON t.id = found.prompt JOIN pairs one ON one.id = found.first
    ORDER BY found.first LIMIT :limit`)
  /** In the order of their first pairs, the first `limit` of them. */
  return (set: SetId, limit: number | null = null): SetPrompt[] =>
    rows.all({ set, limit: limit ?? -1 }).map(({ form, body, chosen, extra }) => ({
      prompt: textOf({ form, body }),
      expected: expectedOf(extra) ?? chosen,
    }))
}
