// Labels: an append-only log of what was said of each pair, and the state that follows from it.
import {
  ProblemError,
  type LabelEvent,
  type LabelState,
  type Mark,
  type Origin,
  type PairId,
  type SetId,
  type Verdict,
} from '#contract'
import { markedVerdict, sidedVerdict } from './answers-alone.ts'
import type { ReadableDatabase, WritableDatabase } from './database.ts'
import { writeOrigins } from './origins.ts'
import { writeTexts } from './texts.ts'

export type NewLabel = {
  pair: PairId
  verdict: Verdict
  strength: 1 | 2
  /** A text that becomes chosen over the response that the verdict names. */
  edited: string | null
  by: string
}

type Standing = { id: number; verdict: Exclude<Verdict, Mark>; strength: 1 | 2; edited: number | null; by: string }
type Responses = { given: 0 | 1; a: number; a_origin: number; b: number; b_origin: number }
/** Of an answer alone: whether it is `a`. */
type Alone = { a_is_answer: 0 | 1 }
type HistoryRow = Omit<LabelEvent, 'pair' | 'undone'> & { undone: 0 | 1 }

const stateOf: Record<Exclude<Verdict, Mark>, LabelState> = {
  a: 'chosen',
  b: 'chosen',
  tie: 'tie',
  'both-bad': 'both-bad',
  skip: 'skipped',
}
const states: readonly LabelState[] = ['unlabelled', 'chosen', 'tie', 'both-bad', 'skipped']

export function readLabels(db: ReadableDatabase) {
  const history = db.query<HistoryRow>(`
    SELECT e.id, e.verdict, e.strength, e.by, e.at, t.body AS edited,
      EXISTS (SELECT 1 FROM undone_labels u WHERE u.event = e.id) AS undone
    FROM label_events e LEFT JOIN texts t ON t.id = e.edited
    WHERE e.pair = ? AND e.kind = 'label' ORDER BY e.id`)
  const alone = readAlone(db)
  const next = db.column<number>('SELECT id FROM pairs WHERE set_id = ? AND label = ? AND id > ? ORDER BY id LIMIT 1')
  return {
    /** What was said of a pair, oldest first. */
    history(pair: PairId): LabelEvent[] {
      const aIsAnswer = alone(pair)
      return history.all(pair).map((row) => ({
        ...{ ...row, pair, undone: row.undone === 1 },
        verdict: aIsAnswer === null ? row.verdict : markedVerdict(row.verdict, aIsAnswer),
      }))
    },
    /** The first pair after `after` in order of id; null at the end. */
    next(set: SetId, queue: 'unlabelled' | 'skipped' | 'all', after: PairId | null): PairId | null {
      const found = (queue === 'all' ? states : [queue]).flatMap((state) => next.one(set, state, after ?? 0) ?? [])
      return found.length === 0 ? null : (Math.min(...found) as PairId)
    },
  }
}

/** Of an answer alone, whether it is `a`; null for a pair. */
function readAlone(db: ReadableDatabase): (pair: number) => boolean | null {
  const found = db.query<Alone>(`
    SELECT t.length > 0 AS a_is_answer
    FROM pairs p JOIN sets s ON s.id = p.set_id AND s.holds = 'answers' JOIN texts t ON t.id = p.a WHERE p.id = ?`)
  return (pair) => {
    const row = found.one(pair)
    return row ? row.a_is_answer === 1 : null
  }
}

/**
 * @param now the time as ISO 8601
 * @param changed called in the transaction when a label has changed
 */
export function labelTopic(db: WritableDatabase, now: () => string, changed: () => void) {
  const texts = writeTexts(db)
  const origins = writeOrigins(db)
  const alone = readAlone(db)
  const append = db.change(`
    INSERT INTO label_events (pair, kind, verdict, strength, edited, target, by, at)
    VALUES (:pair, :kind, :verdict, :strength, :edited, :target, :by, :at)`)
  const markUndone = db.change('INSERT INTO undone_labels (event, undo) VALUES (?, ?)')
  const markDone = db.change('DELETE FROM undone_labels WHERE event = ?')

  const standing = db.query<Standing>(`
    SELECT id, verdict, strength, edited, by FROM label_events
    WHERE pair = ? AND kind = 'label' AND id NOT IN (SELECT event FROM undone_labels) ORDER BY id DESC LIMIT 1`)
  const responses = db.query<Responses>('SELECT given, a, a_origin, b, b_origin FROM pairs WHERE id = ?')
  const length = db.column<number>('SELECT length FROM texts WHERE id = ?')
  const write = db.change(`
    UPDATE pairs SET label = :label, strength = :strength, label_event = :event,
      chosen = :chosen, chosen_origin = :chosen_origin, chosen_length = :chosen_length,
      rejected = :rejected, rejected_origin = :rejected_origin, rejected_length = :rejected_length
    WHERE id = :pair`)

  const newest = db.query<{ id: number; pair: number }>(`
    SELECT e.id, e.pair FROM label_events e JOIN pairs p ON p.id = e.pair
    WHERE p.set_id = ? AND e.by = ? AND e.kind = 'label' AND e.id NOT IN (SELECT event FROM undone_labels)
    ORDER BY e.id DESC LIMIT 1`)
  // Only what was taken back since the person's last label: a new label ends what can be brought back.
  const newestUndone = db.query<{ id: number; pair: number }>(`
    SELECT e.id, e.pair FROM undone_labels u JOIN label_events e ON e.id = u.event JOIN pairs p ON p.id = e.pair
    WHERE p.set_id = :set AND e.by = :by AND u.undo > (
      SELECT coalesce(max(l.id), 0) FROM label_events l JOIN pairs q ON q.id = l.pair
      WHERE q.set_id = :set AND l.by = :by AND l.kind = 'label')
    ORDER BY u.undo DESC LIMIT 1`)

  /** Writes the fold of the pair's events: the newest label that is not taken back, or what its file said. */
  function refold(pair: number): void {
    const own = responses.one(pair)
    if (!own) throw noPair(pair)
    const label = standing.one(pair)
    const a = { text: own.a, origin: own.a_origin }
    const b = { text: own.b, origin: own.b_origin }
    let [chosen, rejected] = label?.verdict === 'b' ? [b, a] : [a, b]
    if (label && label.edited !== null) {
      rejected = chosen
      chosen = { text: label.edited, origin: origins(edit(label.by)) }
    }
    write.run({
      pair,
      label: label ? stateOf[label.verdict] : own.given === 1 ? 'chosen' : 'unlabelled',
      strength: label?.strength ?? 1,
      event: label?.id ?? 0,
      chosen: chosen.text,
      chosen_origin: chosen.origin,
      chosen_length: length.one(chosen.text) ?? 0,
      rejected: rejected.text,
      rejected_origin: rejected.origin,
      rejected_length: length.one(rejected.text) ?? 0,
    })
    changed()
  }

  const said = { verdict: null, strength: null, edited: null, target: null }
  return {
    ...readLabels(db),
    /**
     * @throws ProblemError: no such pair, an edit that names no response, is empty or says the same as it, a mark for a pair, or for an
     *   answer alone another verdict than a mark or skip
     */
    add: ({ pair, verdict: given, strength, edited, by }: NewLabel): void =>
      db.transaction(() => {
        const own = responses.one(pair)
        if (!own) throw noPair(pair)
        const aIsAnswer = alone(pair)
        checkVerdict(pair, given, { alone: aIsAnswer !== null, edited })
        const verdict = aIsAnswer === null ? given : sidedVerdict(given, aIsAnswer)
        if (edited !== null) checkEdit(pair, verdict, edited)
        const text = edited === null ? null : texts.put(edited).id
        if (text !== null && text === (verdict === 'a' ? own.a : own.b))
          throw refusedEdit(pair, 'The edit says the same as the response it was made from', 'Change it, or choose it')
        append.run({ ...said, pair, kind: 'label', verdict, strength, edited: text, by, at: now() })
        refold(pair)
      }),
    /** Takes back this person's newest label in the set; the pair it was on, or null when there is none left. */
    undo: (set: SetId, by: string): PairId | null =>
      db.transaction(() => {
        const label = newest.one(set, by)
        if (!label) return null
        const { id } = append.run({ ...said, pair: label.pair, kind: 'undo', target: label.id, by, at: now() })
        markUndone.run(label.id, id)
        refold(label.pair)
        return label.pair as PairId
      }),
    /** Brings back the label that this person took back last, unless a new one came since. */
    redo: (set: SetId, by: string): PairId | null =>
      db.transaction(() => {
        const label = newestUndone.one({ set, by })
        if (!label) return null
        append.run({ ...said, pair: label.pair, kind: 'redo', target: label.id, by, at: now() })
        markDone.run(label.id)
        refold(label.pair)
        return label.pair as PairId
      }),
  }
}

const edit = (by: string): Origin => ({ kind: 'edit', writer: by, sampling: null })

export const noPair = (pair: number) =>
  new ProblemError({ code: 'not-found', message: 'There is no such pair', where: `pair ${pair}` })

function checkVerdict(
  pair: number,
  verdict: Verdict,
  { alone, edited }: { alone: boolean; edited: string | null },
): void {
  const refused = (message: string, advice: string) =>
    new ProblemError({ code: 'bad-input', message, where: `pair ${pair}`, advice })
  const isMark = verdict === 'good' || verdict === 'bad'
  if (!alone && isMark)
    throw refused(`Of two answers none can be called ${verdict} alone`, 'Say which is better: a or b')
  if (alone && !isMark && verdict !== 'skip')
    throw refused(`${verdict} is no verdict on an answer alone`, 'Call it good or bad, or skip it')
  if (alone && edited !== null)
    throw refused('An answer alone is not edited: the edit and the original would be a pair', 'Call it good or bad')
}

const refusedEdit = (pair: number, message: string, advice: string) =>
  new ProblemError({ code: 'bad-input', message, where: `pair ${pair}`, advice })

function checkEdit(pair: number, verdict: Verdict, edited: string): void {
  if (verdict !== 'a' && verdict !== 'b')
    throw refusedEdit(pair, `A verdict of ${verdict} cannot carry an edit`, 'Say which response was edited: a or b')
  if (edited.trim() === '') throw refusedEdit(pair, 'The edit is empty', 'Write an answer')
}
