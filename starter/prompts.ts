// Problems of the starter's world as pairs, for methods that answer prompts themselves: the right answer, and for a rejected one that of
// another problem. node starter/prompts.ts --to FILE.jsonl [--problems 2000]
import { renameSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { problemAt } from './problems.ts'
import { SEED } from './train.ts'

const { values } = parseArgs({ options: { to: { type: 'string' }, problems: { type: 'string', default: '2000' } } })
if (!values.to) throw new Error('Usage: node starter/prompts.ts --to FILE.jsonl [--problems 2000]')

const all = Array.from({ length: Number(values.problems) }, (_, index) => problemAt(SEED, 'prompts', index))
const distinct = [...new Map(all.map((problem) => [problem.prompt, problem])).values()]
const lines = distinct.flatMap(({ prompt, response, kind, answer }, i) => {
  const other =
    distinct.find((one, at) => at > i && one.response !== response) ?? distinct.find((one) => one.response !== response)
  return other ? [JSON.stringify({ prompt, chosen: response, rejected: other.response, kind, answer })] : []
})
writeFileSync(`${values.to}.part`, lines.join('\n') + '\n')
renameSync(`${values.to}.part`, values.to)
