// Prompts for short poems and slogans whose form a program can check, as rows of IFEval are, each with a right and a wrong answer that a
// program wrote: node starter/verses.ts --to FILE.jsonl
import { renameSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { promptOf, verseAt, versesFor } from './verse.ts'

const { values } = parseArgs({ options: { to: { type: 'string' }, prompts: { type: 'string', default: '400' } } })
if (!values.to) throw new Error('Usage: node starter/verses.ts --to FILE.jsonl [--prompts 400]')

const rows = new Map<string, string>()
for (let index = 0; rows.size < Number(values.prompts); index++) {
  const verse = verseAt(index)
  const prompt = promptOf(verse)
  if (rows.has(prompt)) continue
  const { right, wrong } = versesFor(verse, index)
  const row = {
    ...{ prompt, chosen: right, rejected: wrong },
    ...{ chosen_source: 'second hand', rejected_source: 'second hand' },
    instruction_id_list: verse.asked.map(({ name }) => name),
    kwargs: verse.asked.map((one) => one.values),
  }
  rows.set(prompt, JSON.stringify(row))
}
writeFileSync(`${values.to}.part`, `${[...rows.values()].join('\n')}\n`)
renameSync(`${values.to}.part`, values.to)
