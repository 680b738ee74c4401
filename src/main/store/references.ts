// Log-probabilities of responses under models as they were before tuning, so that no text is ever scored twice.
import type { ReadableDatabase, WritableDatabase } from './database.ts'

/** What decides a log-probability beside the text. */
export type ReferenceKey = { modelHash: string; tokenizerHash: string; templateHash: string }
/** Hash of prompt and response, sum over the response's tokens in nats, number of tokens. */
export type ReferenceEntry = [hash: string, logp: number, tokens: number]

function readReferences(db: ReadableDatabase) {
  const find = db.column<number>(
    'SELECT id FROM reference_keys WHERE model_hash = ? AND tokenizer_hash = ? AND template_hash = ?',
  )
  const get = db.query<{ logp: number; tokens: number }>(
    'SELECT logp, tokens FROM reference_log_probs WHERE key = ? AND text_hash = ?',
  )
  const keyId = ({ modelHash, tokenizerHash, templateHash }: ReferenceKey) =>
    find.one(modelHash, tokenizerHash, templateHash)
  return {
    keyId,
    /** The entries that are known of `hashes`, in their order. */
    get(key: ReferenceKey, hashes: readonly string[]): ReferenceEntry[] {
      const id = keyId(key)
      if (id === undefined) return []
      return hashes.flatMap((hash): ReferenceEntry[] => {
        const known = get.one(id, hash)
        return known ? [[hash, known.logp, known.tokens]] : []
      })
    },
  }
}

export function referenceTopic(db: WritableDatabase) {
  const { keyId, get } = readReferences(db)
  const addKey = db.change('INSERT INTO reference_keys (model_hash, tokenizer_hash, template_hash) VALUES (?, ?, ?)')
  const put = db.change(`
    INSERT INTO reference_log_probs (key, text_hash, logp, tokens) VALUES (?, ?, ?, ?)
    ON CONFLICT DO UPDATE SET logp = excluded.logp, tokens = excluded.tokens`)
  return {
    get,
    /** All of them in one transaction. A log-probability that is not finite is left out: it would poison every later run. */
    put: (key: ReferenceKey, entries: readonly ReferenceEntry[]): void =>
      db.transaction(() => {
        const id = keyId(key) ?? addKey.run(key.modelHash, key.tokenizerHash, key.templateHash).id
        for (const [hash, logp, tokens] of entries) if (Number.isFinite(logp)) put.run(id, hash, logp, tokens)
      }),
  }
}
