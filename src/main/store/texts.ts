// Texts by content: each is stored once, found again by its sha256.
import { createHash } from 'node:crypto'
import type { Text } from '#contract'
import type { ReadableDatabase, WritableDatabase } from './database.ts'

export type TextRow = { id: number; sha256: Uint8Array; form: 'plain' | 'turns'; body: string }

/** sha256 of a text, 32 bytes. A conversation and its JSON as a plain text differ. */
export function textDigest(form: TextRow['form'], body: string): Uint8Array {
  return createHash('sha256').update(form).update('\0').update(body).digest()
}

/** A text as it is stored: turns as JSON with their fields in one order. */
export function storedForm(text: Text): Pick<TextRow, 'form' | 'body'> {
  if (typeof text === 'string') return { form: 'plain', body: text }
  return { form: 'turns', body: JSON.stringify(text.map(({ role, content }) => ({ role, content }))) }
}

export function textOf({ form, body }: Pick<TextRow, 'form' | 'body'>): Text {
  return form === 'plain' ? body : (JSON.parse(body) as Text)
}

/** What a person reads of a text: a conversation as its contents, one below the other. */
export function plainText(text: Text): string {
  return typeof text === 'string' ? text : text.map(({ content }) => content).join('\n\n')
}

export function readTexts(db: ReadableDatabase) {
  const one = db.query<TextRow>('SELECT id, sha256, form, body FROM texts WHERE id = ?')
  const row = (id: number): TextRow => {
    const found = one.one(id)
    if (!found) throw new Error(`Text ${id} is missing from the store`)
    return found
  }
  return {
    row,
    text: (id: number): Text => textOf(row(id)),
    /** A response, which is always plain. */
    body: (id: number): string => row(id).body,
  }
}

export function writeTexts(db: WritableDatabase) {
  const insert = db.change('INSERT INTO texts (sha256, form, body, length) VALUES (?, ?, ?, ?)')
  const find = db.column<number>('SELECT id FROM texts WHERE sha256 = ?')
  return {
    /** The id of a text, stored if it is new. */
    put(text: Text): { id: number; digest: Uint8Array; length: number } {
      const { form, body } = storedForm(text)
      const digest = textDigest(form, body)
      const { length } = plainText(text)
      return { id: find.one(digest) ?? insert.run(digest, form, body, length).id, digest, length }
    },
  }
}
