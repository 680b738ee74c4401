// What the policy answered to the run's fixed prompts, by step.
import type { RunId, Sample } from '#contract'
import type { ReadableDatabase, WritableDatabase } from './database.ts'
import { readTexts, writeTexts } from './texts.ts'

type Row = { step: number; position: number; prompt: number; answer: number }

function readSamples(db: ReadableDatabase) {
  const texts = readTexts(db)
  const list = db.query<Row>('SELECT step, position, prompt, answer FROM samples WHERE run = ? ORDER BY step, position')
  return {
    /** In order of step, then of prompt. */
    list: (run: RunId): Sample[] =>
      list.all(run).map(({ step, position, prompt, answer }) => ({
        step,
        index: position,
        prompt: texts.text(prompt),
        text: texts.body(answer),
      })),
  }
}

export function sampleTopic(db: WritableDatabase) {
  const texts = writeTexts(db)
  const put = db.change('INSERT OR REPLACE INTO samples (run, step, position, prompt, answer) VALUES (?, ?, ?, ?, ?)')
  return {
    ...readSamples(db),
    /** All of them in one transaction; a sample of the same step and index is replaced. */
    append: (run: RunId, samples: readonly Sample[]): void =>
      db.transaction(() => {
        for (const { step, index, prompt, text } of samples)
          put.run(run, step, index, texts.put(prompt).id, texts.put(text).id)
      }),
  }
}
