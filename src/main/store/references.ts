// Log-probabilities of responses under models as they were before tuning, so that no text is ever scored twice.
import type { ReadableDatabase, WritableDatabase } from './database.ts'

/** What decides a log-probability beside the text. */
export type ReferenceKey = { modelHash: string; tokenizerHash: string; templateHash: string }
/** Hash of prompt and response, sum over the response's tokens in nats, number of tokens. */
export type ReferenceEntry = [hash: string, logp: number, tokens: number]

/** The number under which all that was computed of a model is kept; undefined while nothing is. */
export function readReferenceKeys(db: ReadableDatabase) {
  const find = db.column<number>(
    'SELECT id FROM reference_keys WHERE model_hash = ? AND tokenizer_hash = ? AND template_hash = ?',
  )
  return ({ modelHash, tokenizerHash, templateHash }: ReferenceKey) => find.one(modelHash, tokenizerHash, templateHash)
}

/** The same, made where there is none. Inside a transaction. */
export function writeReferenceKeys(db: WritableDatabase) {
  const keyId = readReferenceKeys(db)
  const add = db.change('INSERT INTO reference_keys (model_hash, tokenizer_hash, template_hash) VALUES (?, ?, ?)')
  return (key: ReferenceKey): number => keyId(key) ?? add.run(key.modelHash, key.tokenizerHash, key.templateHash).id
}

function readReferences(db: ReadableDatabase) {
  const keyId = readReferenceKeys(db)
  const get = db.query<{ logp: number; tokens: number }>(
    'SELECT logp, tokens FROM reference_log_probs WHERE key = ? AND text_hash = ?',
  )
  return {
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
  const { get } = readReferences(db)
  const keyId = writeReferenceKeys(db)
  const put = db.change(`
    INSERT INTO reference_log_probs (key, text_hash, logp, tokens) VALUES (?, ?, ?, ?)
    ON CONFLICT DO UPDATE SET logp = excluded.logp, tokens = excluded.tokens`)
  return {
    get,
    /** All of them in one transaction. A log-probability that is not finite is left out: it would poison every later run. */
    put: (key: ReferenceKey, entries: readonly ReferenceEntry[]): void =>
      db.transaction(() => {
        const id = keyId(key)
        for (const [hash, logp, tokens] of entries) if (Number.isFinite(logp)) put.run(id, hash, logp, tokens)
      }),
  }
}
