// A file of pairs that rank right answers over wrong ones, without the prompts of the sample pairs.
// node starter/ranked-pairs.ts --to FILE.jsonl [--pairs 40000] [--from 0] [--cut]
import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { rankedPairs } from './ranked.ts'
import { SEED } from './train.ts'

const { values } = parseArgs({
  options: {
    to: { type: 'string' },
    pairs: { type: 'string', default: '40000' },
    from: { type: 'string', default: '0' },
    cut: { type: 'boolean', default: false },
  },
})
if (!values.to)
  throw new Error('Usage: node starter/ranked-pairs.ts --to FILE.jsonl [--pairs 40000] [--from 0] [--cut]')

const sample = readFileSync(join(import.meta.dirname, '../resources/sample-pairs.jsonl'), 'utf8')
const without = new Set(
  sample.split('\n').flatMap((line) => (line ? [(JSON.parse(line) as { prompt: string }).prompt] : [])),
)
const pairs = rankedPairs(SEED, Number(values.pairs), { from: Number(values.from), cut: values.cut, without })
writeFileSync(`${values.to}.part`, pairs.map((pair) => `${JSON.stringify(pair)}\n`).join(''))
renameSync(`${values.to}.part`, values.to)
