// Filling a set with pairs: all of them or nothing, without holding up anyone else.
import { createHash } from 'node:crypto'
import type { PairSet, SetId } from '#contract'
import { otherKind, type SetKind } from './answers-alone.ts'
import type { WritableDatabase } from './database.ts'
import type { NewPair } from './new-pair.ts'
import { writeOrigins } from './origins.ts'
import { readSets } from './sets.ts'
import { sweepTexts } from './sweep.ts'
import { plainText, writeTexts } from './texts.ts'

export interface Import {
  /** Stores some more pairs, in one short transaction; returns how many were new. */
  add(pairs: readonly NewPair[]): number
  /** Shows them all at once in the set of that name, made when there is none. */
  finish(): { set: PairSet; imported: number; duplicates: number }
  /** As if nothing had been. */
  discard(): void
}

/**
 * An import writes into a set that nobody sees, in as many short transactions as it likes, so that labels and readings of
 * others are saved in between. One last transaction makes it visible. If the process dies before, opening the store
 * sweeps the hidden set away (`sweepStaged`).
 * @param now the time as ISO 8601
 * @param changed called in the transaction that makes pairs appear
 */
export function importTopic(db: WritableDatabase, now: () => string, changed: () => void) {
  const sets = readSets(db)
  const texts = writeTexts(db)
  const origin = writeOrigins(db)
  const stage = db.change('INSERT INTO sets (name, created_at, sample, holds, staged) VALUES (?, ?, ?, ?, 1)')
  const hold = db.change('UPDATE sets SET holds = ? WHERE id = ?')
  const show = db.change('UPDATE sets SET staged = 0, created_at = ? WHERE id = ?')
  const find = db.column<number>('SELECT 1 FROM pairs WHERE set_id = ? AND prompt = ? AND a = ? AND b = ?')
  const insert = db.change(`
    INSERT OR IGNORE INTO pairs (set_id, prompt, a, a_origin, b, b_origin, b_first, given, extra, prompt_length,
      margin, a_score, b_score, label, strength, chosen, chosen_origin, chosen_length, rejected, rejected_origin, rejected_length)
    VALUES (:set, :prompt, :a, :a_origin, :b, :b_origin, :b_first, :given, :extra, :prompt_length,
      :margin, :a_score, :b_score, :label, 1, :a, :a_origin, :a_length, :b, :b_origin, :b_length)`)
  const index = db.change('INSERT INTO pair_search (rowid, words) VALUES (?, ?)')
  const move = db.change('UPDATE OR IGNORE pairs SET set_id = :to WHERE set_id = :from')
  const unindex = db.change('DELETE FROM pair_search WHERE rowid IN (SELECT id FROM pairs WHERE set_id = ?)')
  const drop = db.change('DELETE FROM sets WHERE id = ? AND staged = 1')
  const staged = db.column<number>('SELECT id FROM sets WHERE staged = 1')

  /** Stores one pair in the hidden set; false when the set or its future home has it already. */
  function store(pair: NewPair, hidden: number, home: number | null): boolean {
    const prompt = texts.put(pair.prompt)
    const a = texts.put(pair.a.text)
    const b = texts.put(pair.b.text)
    if (home !== null && find.one(home, prompt.id, a.id, b.id) !== undefined) return false
    // A coin that falls the same way for the same pair on any machine.
    const coin = createHash('sha256').update(prompt.digest).update(a.digest).update(b.digest).digest()
    const { changes, id } = insert.run({
      set: hidden,
      prompt: prompt.id,
      a: a.id,
      a_origin: origin(pair.a.origin),
      a_length: a.length,
      b: b.id,
      b_origin: origin(pair.b.origin),
      b_length: b.length,
      b_first: (coin[0] ?? 0) & 1,
      given: pair.given ? 1 : 0,
      label: pair.given ? 'chosen' : 'unlabelled',
      extra: Object.keys(pair.extra).length === 0 ? null : JSON.stringify(pair.extra),
      prompt_length: prompt.length,
      margin: pair.numbers?.margin ?? null,
      a_score: pair.numbers?.scoreChosen ?? null,
      b_score: pair.numbers?.scoreRejected ?? null,
    })
    if (changes === 0) return false
    index.run(id, `${plainText(pair.prompt)}\n${pair.a.text}\n${pair.b.text}`)
    return true
  }

  /** The set of that name, which has room for this kind. @throws ProblemError `conflict` when it holds the other one */
  function homeFor(name: string, holds: SetKind): SetId | null {
    const home = sets.byName(name)
    if (home && home.pairs > 0 && (home.answers ? 'answers' : 'pairs') !== holds)
      throw otherKind(name, home.answers ? 'answers' : 'pairs')
    return home?.id ?? null
  }

  function forget(hidden: number): void {
    db.transaction(() => {
      unindex.run(hidden)
      drop.run(hidden)
    })
    sweepTexts(db)
  }

  return {
    /**
     * Begins an import into the set of that name. End it with `finish` or `discard`.
     * @throws ProblemError `conflict`, as `finish` does, when the set is there and holds the other kind
     */
    begin(name: string, { sample = false, holds = 'pairs' }: { sample?: boolean; holds?: SetKind } = {}): Import {
      const home = homeFor(name, holds)
      const hidden = db.transaction(() => stage.run(name, now(), sample ? 1 : 0, holds).id)
      let given = 0
      let stored = 0
      return {
        add(pairs) {
          const added = db.transaction(() => pairs.filter((pair) => store(pair, hidden, home)).length)
          given += pairs.length
          stored += added
          return added
        },
        finish: () =>
          db.transaction(() => {
            // Asked anew: a set of that name may have come or gone meanwhile.
            const target = homeFor(name, holds)
            let imported = stored
            if (target === null) show.run(now(), hidden)
            else {
              imported = move.run({ from: hidden, to: target }).changes
              hold.run(holds, target)
              unindex.run(hidden)
              drop.run(hidden)
            }
            changed()
            return { set: sets.show(target ?? (hidden as SetId)), imported, duplicates: given - imported }
          }),
        discard: () => forget(hidden),
      }
    },
    /** Removes what imports left behind that never finished. For the opening of the store. */
    sweepStaged(): void {
      for (const hidden of staged.all()) forget(hidden)
    },
  }
}
