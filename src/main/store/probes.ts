// What a run is probed with, and the scores of those probes by step.
import type { PairId, Probe, ProbeKind, ProbeScore, RunId, Text } from '#contract'
import type { ReadableDatabase, WritableDatabase } from './database.ts'
import { readTexts, writeTexts } from './texts.ts'

type ProbeRow = {
  position: number
  kind: ProbeKind
  pair: number | null
  prompt: number
  chosen: number | null
  rejected: number | null
  response: number | null
}
type ScoreRow = {
  step: number
  position: number
  chosen_policy: number | null
  chosen_reference: number | null
  chosen_tokens: number
  rejected_policy: number | null
  rejected_reference: number | null
  rejected_tokens: number | null
}

function readProbes(db: ReadableDatabase) {
  const texts = readTexts(db)
  const list = db.query<ProbeRow>('SELECT * FROM probes WHERE run = ? ORDER BY position')
  const scores = db.query<ScoreRow>('SELECT * FROM probe_scores WHERE run = ? AND step > ? ORDER BY step, position')
  const body = (id: number | null) => (id === null ? null : texts.body(id))
  return {
    list: (run: RunId): Probe[] =>
      list.all(run).map((row) => ({
        index: row.position,
        kind: row.kind,
        pair: row.pair as PairId | null,
        prompt: texts.text(row.prompt),
        chosen: body(row.chosen),
        rejected: body(row.rejected),
        response: body(row.response),
      })),
    /** In order of step, then of probe; only steps beyond `after`. Not a number comes back as NaN. */
    scores: (run: RunId, after = -1): ProbeScore[] =>
      scores.all(run, after).map((row) => ({
        step: row.step,
        index: row.position,
        chosen: {
          policy: row.chosen_policy ?? NaN,
          reference: row.chosen_reference ?? NaN,
          tokens: row.chosen_tokens,
        },
        rejected:
          row.rejected_tokens === null
            ? null
            : {
                policy: row.rejected_policy ?? NaN,
                reference: row.rejected_reference ?? NaN,
                tokens: row.rejected_tokens,
              },
      })),
  }
}

export function probeTopic(db: WritableDatabase) {
  const texts = writeTexts(db)
  const clear = db.change('DELETE FROM probes WHERE run = ?')
  const insert = db.change(`
    INSERT INTO probes (run, position, kind, pair, prompt, chosen, rejected, response) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`)
  const score = db.change('INSERT OR REPLACE INTO probe_scores VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)')
  const textId = (text: Text | null) => (text === null ? null : texts.put(text).id)
  const number = (value: number | undefined) => (value === undefined || Number.isNaN(value) ? null : value)
  return {
    ...readProbes(db),
    /** The run's probes, all of them, in place of those it had. */
    put: (run: RunId, probes: readonly Probe[]): void =>
      db.transaction(() => {
        clear.run(run)
        for (const { index, kind, pair, prompt, chosen, rejected, response } of probes)
          insert.run(run, index, kind, pair, textId(prompt), textId(chosen), textId(rejected), textId(response))
      }),
    /** All of them in one transaction; a score of the same step and probe is replaced. */
    appendScores: (run: RunId, scores: readonly ProbeScore[]): void =>
      db.transaction(() => {
        for (const { step, index, chosen, rejected } of scores)
          score.run(
            ...[run, step, index, number(chosen.policy), number(chosen.reference), chosen.tokens],
            ...[number(rejected?.policy), number(rejected?.reference), rejected?.tokens ?? null],
          )
      }),
  }
}
