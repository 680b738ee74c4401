// Frozen versions of sets: the very texts a run trains on, whatever becomes of the set.
import { createHash } from 'node:crypto'
import type { Mark, PairId, SetId, Text } from '#contract'
import { aloneOf, type SetKind } from './answers-alone.ts'
import type { ReadableDatabase, WritableDatabase } from './database.ts'
import { expectedOf } from './expected.ts'
import { readOrigins } from './origins.ts'
import { marginColumn } from './pair-numbers.ts'
import { textOf, writeTexts, type TextRow } from './texts.ts'

export type FrozenPair = {
  id: PairId
  prompt: Text
  chosen: string
  rejected: string
  /** 0 for a tie, whose responses are in the order they were given in, and 2 for a strong preference; left out for a plain one. */
  strength?: 0 | 2
  /** What a checker compares answers with, where that is not the chosen response. */
  expected?: string
  /** Of an answer alone, which is in `chosen`; `rejected` is empty. */
  mark?: Mark
  /** By how much `chosen` is better, as the numbers that came with the pair say; left out where the version was made without numbers. */
  margin?: number
}
export type FrozenSet = {
  versionId: number
  /**
   * sha256 over the texts in order, the strengths, the expected answers and the numbers where there are any, and the texts that were left
   * out: the same pairs have the same hash on any machine.
   */
  hash: string
  pairs: FrozenPair[]
}

/** What of labels goes into a version: choices alone, their strengths as well, ties too, or choices with the numbers that came with them. */
export type FrozenLabels = 'choices' | 'strengths' | 'ties' | 'numbers'

type Strength = 0 | 1 | 2
type PairRow = {
  pair: number
  form: TextRow['form']
  prompt: string
  chosen: string
  rejected: string
  strength: Strength
  expected: string | null
  margin: number | null
  holds: SetKind
}
type HashRow = {
  pair: number
  prompt: number
  chosen: number
  rejected: number
  strength: Strength
  p: Uint8Array
  c: Uint8Array
  r: Uint8Array
  /** What a checker compares answers with, where that is not the chosen response. */
  expected: string | null
  margin: number | null
}

const frozenOf = ({
  pair,
  form,
  prompt,
  chosen,
  rejected,
  strength,
  expected,
  margin,
  holds,
}: PairRow): FrozenPair => ({
  ...{ id: pair as PairId, prompt: textOf({ form, body: prompt }) },
  ...(holds === 'answers' ? aloneOf(chosen, rejected) : { chosen, rejected }),
  ...(strength === 1 ? {} : { strength }),
  ...(expected === null ? {} : { expected }),
  ...(margin === null ? {} : { margin }),
})

export function readFrozen(db: ReadableDatabase) {
  const hash = db.column<string>('SELECT hash FROM set_versions WHERE id = ?')
  const select = `
    SELECT v.pair, p.form, p.body AS prompt, c.body AS chosen, r.body AS rejected, v.strength, e.body AS expected, v.margin,
      w.holds
    FROM set_version_pairs v JOIN set_versions w ON w.id = v.version
      JOIN texts p ON p.id = v.prompt JOIN texts c ON c.id = v.chosen JOIN texts r ON r.id = v.rejected
      LEFT JOIN texts e ON e.id = v.expected`
  const pairs = db.query<PairRow>(`${select} WHERE v.version = ? AND v.left_out = 0 ORDER BY v.position`)
  const leftOut = db.column<PairId>(
    'SELECT pair FROM set_version_pairs WHERE version = ? AND left_out = 1 ORDER BY position',
  )
  const pair = db.query<PairRow>(`${select} WHERE v.version = ? AND v.position = ?`)
  const byId = db.query<PairRow>(`${select} WHERE v.version = ? AND v.pair = ? AND v.left_out = 0`)
  const origin = readOrigins(db)
  const origins = db.query<{ pair: number; chosen: number; rejected: number }>(`
    SELECT v.pair, p.chosen_origin AS chosen, p.rejected_origin AS rejected
    FROM set_version_pairs v JOIN pairs p ON p.id = v.pair AND p.chosen = v.chosen AND p.rejected = v.rejected
    WHERE v.version = ? AND v.left_out = 0 ORDER BY v.position`)
  const one = (row: PairRow | undefined) => (row ? frozenOf(row) : null)
  return {
    /** One pair of a frozen version, by its position from 0; null when there is none. */
    frozenPair: (versionId: number, position: number): FrozenPair | null => one(pair.one(versionId, position)),
    /** The same by its number; null also for a pair that the version is without. */
    frozenPairOf: (versionId: number, id: PairId): FrozenPair | null => one(byId.one(versionId, id)),
    /** Who wrote the responses of the pairs of a version, of those that are still as they were. */
    origins: (versionId: number) =>
      origins.all(versionId).map((row) => ({
        ...{ pair: row.pair as PairId, chosen: origin(row.chosen), rejected: origin(row.rejected) },
      })),
    /** The pairs of the set that a frozen version is without. */
    leftOut: (versionId: number): PairId[] => leftOut.all(versionId),
    /** A frozen version with its pairs in order; null when there is none. */
    frozen(versionId: number): FrozenSet | null {
      const found = hash.one(versionId)
      if (found === undefined) return null
      return {
        versionId,
        hash: found,
        pairs: pairs.all(versionId).map(frozenOf),
      }
    },
  }
}

export function freezeSets(db: WritableDatabase, now: () => string) {
  const read = readFrozen(db)
  const texts = writeTexts(db)
  const chosen = db.query<Omit<HashRow, 'expected'> & { extra: string | null }>(`
    SELECT s.id AS pair, s.prompt, s.chosen, s.rejected,
      CASE WHEN s.label = 'tie' THEN 0 WHEN :labels IN ('choices', 'numbers') THEN 1 ELSE s.strength END AS strength,
      p.sha256 AS p, c.sha256 AS c, r.sha256 AS r, s.extra,
      iif(:labels = 'numbers', ${marginColumn}, NULL) AS margin
    FROM pairs s JOIN texts p ON p.id = s.prompt JOIN texts c ON c.id = s.chosen JOIN texts r ON r.id = s.rejected
    WHERE s.set_id = :set AND s.label IN ('chosen', iif(:labels = 'ties', 'tie', 'chosen')) ORDER BY s.id LIMIT :limit`)
  const known = db.column<number>('SELECT id FROM set_versions WHERE set_id = ? AND hash = ?')
  const holds = db.column<SetKind>('SELECT holds FROM sets WHERE id = ?')
  const addVersion = db.change('INSERT INTO set_versions (set_id, hash, created_at, holds) VALUES (?, ?, ?, ?)')
  const addPair = db.change(
    'INSERT INTO set_version_pairs (version, position, pair, prompt, chosen, rejected, strength, left_out, expected, margin) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
  )

  /**
   * The set's pairs whose label is a choice, or also a tie, in order of id, the first `limit` of them; the version is reused when
   * nothing changed. Pairs of `leaveOut` are kept beside, as what the version is without: who asks later sees which they were.
   */
  function freeze(
    set: SetId,
    {
      limit = null,
      labels = 'choices',
      leaveOut = new Set(),
    }: { limit?: number | null; labels?: FrozenLabels; leaveOut?: ReadonlySet<number> } = {},
  ): FrozenSet {
    const versionId = db.transaction(() => {
      const all = chosen
        .all({ set, labels, limit: limit ?? -1 })
        .map(({ extra, ...row }): HashRow => ({ ...row, expected: expectedOf(extra) }))
      const left = all.filter(({ pair }) => leaveOut.has(pair))
      const rows = left.length > 0 ? all.filter(({ pair }) => !leaveOut.has(pair)) : all
      const kind = holds.one(set) ?? 'pairs'
      const hash = hashOf(rows, left, kind)
      const before = known.one(set, hash)
      if (before !== undefined) return before
      const { id } = addVersion.run(set, hash, now(), kind)
      for (const [position, row] of [...rows, ...left].entries())
        addPair.run(
          ...[id, position, row.pair, row.prompt, row.chosen, row.rejected, row.strength],
          ...[position < rows.length ? 0 : 1, row.expected === null ? null : texts.put(row.expected).id, row.margin],
        )
      return id
    })
    return read.frozen(versionId) as FrozenSet
  }
  return { ...read, freeze }
}

function hashOf(rows: readonly HashRow[], left: readonly HashRow[], holds: SetKind): string {
  const digest = createHash('sha256')
  if (holds === 'answers') digest.update('answers alone')
  for (const { p, c, r } of rows) digest.update(p).update(c).update(r)
  // Plain preferences add nothing, nor pairs that say no other answer or no number, so that their versions are named as they were before
  // these were kept.
  const strengths = rows.flatMap(({ strength }, position) => (strength === 1 ? [] : [[position, strength]]))
  if (strengths.length > 0) digest.update(`strengths ${JSON.stringify(strengths)}`)
  const expected = rows.flatMap(({ expected }, position) => (expected === null ? [] : [[position, expected]]))
  if (expected.length > 0) digest.update(`expected ${JSON.stringify(expected)}`)
  const margins = rows.flatMap(({ margin }, position) => (margin === null ? [] : [[position, margin]]))
  if (margins.length > 0) digest.update(`margins ${JSON.stringify(margins)}`)
  if (left.length > 0) digest.update('left out')
  for (const { p, c, r } of left) digest.update(p).update(c).update(r)
  return digest.digest('hex')
}
