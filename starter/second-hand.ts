// Problems of the starter's world answered by somebody else: right and wrong answers in words that the starter was not taught, so that it
// would hardly write them itself. The off-policy side of the studies. node starter/second-hand.ts --to FOLDER [--plain],
// with --plain the questions as people ask them, for other models.
import { renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { randomStream } from '#ml'
import { problemAt, type Problem } from './problems.ts'
import { SEED } from './train.ts'

/** Problems drawn of each domain; the same prompt counts once. */
const DRAWN = 2600

const { values } = parseArgs({ options: { to: { type: 'string' }, plain: { type: 'boolean', default: false } } })
if (!values.to) throw new Error('Usage: node starter/second-hand.ts --to FOLDER [--plain]')

const all = Array.from({ length: DRAWN }, (_, index) => problemAt(SEED, 'studies', index))
const distinct = [...new Map(all.map((problem) => [problem.prompt, problem])).values()]
const isSum = ({ response }: Problem) => response.includes('The answer is')
write(
  'arithmetic',
  distinct
    .filter(isSum)
    .slice(0, 1400)
    .map((problem, i) => ({ problem, ...otherWords(problem, i) })),
)
write(
  'instructions',
  distinct
    .filter((problem) => !isSum(problem))
    .slice(0, 600)
    .map((problem, i) => ({ problem, right: problem.response, wrong: misspelt(problem, i) })),
)

function write(name: string, answered: { problem: Problem; right: string; wrong: string }[]): void {
  const lines = answered.map(({ problem: { prompt, kind }, right, wrong }) =>
    JSON.stringify({
      prompt: values.plain ? prompt.replace(/^Q: |\nA:$/g, '') : prompt,
      chosen: values.plain ? right.trim() : right,
      rejected: values.plain ? wrong.trim() : wrong,
      chosen_source: 'second hand',
      rejected_source: 'second hand',
      kind,
    }),
  )
  const file = join(values.to!, `${name}.jsonl`)
  writeFileSync(`${file}.part`, `${lines.join('\n')}\n`)
  renameSync(`${file}.part`, file)
}

/** A right answer, and one that errs in the last sum, both in words of their own. */
function otherWords({ response, answer }: Problem, index: number): { right: string; wrong: string } {
  const stream = randomStream(SEED, 'second hand', index)
  const steps = [...response.matchAll(/(\d+) ([-+*]) (\d+) = (\d+)/g)]
  const told = (result: number) =>
    steps
      .map(([, left, sign, right, own], i) => `${left} ${sign} ${right} is ${i === steps.length - 1 ? result : own}`)
      .join(', then ')
  const text = (result: number) => ` ${told(result)}, so the answer is ${result}.`
  const right = Number(answer)
  const off = [-10, -2, -1, 1, 2, 10].map((by) => right + by).filter((number) => number >= 0)
  return { right: text(right), wrong: text(off[stream.integer(0, off.length)]!) }
}

/** The right response with a character changed to its neighbour in the alphabet, or the next number. */
function misspelt({ response, answer }: Problem, index: number): string {
  if (/^\d+$/.test(answer)) return ` ${Number(answer) + 1}`
  const at = 1 + randomStream(SEED, 'misspelt', index).integer(0, response.length - 1)
  const letter = response[at]!
  const next = letter === ' ' ? '-' : /[zZ]/.test(letter) ? 'a' : String.fromCharCode(letter.charCodeAt(0) + 1)
  return response.slice(0, at) + next + response.slice(at + 1)
}
