// The sample pairs and the starter model's card: the model answers new problems several times, and right answers are preferred
// over wrong ones. node starter/pairs.ts --model FOLDER --to FILE.jsonl
import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import * as ml from '#ml'
import { loadBackend } from '../src/main/trainer/engine/backend.ts'
import { isRight, problemAt, type Problem } from './problems.ts'
import { decoded, encoded } from './tokenizer.ts'
import { config, SEED } from './train.ts'

/** Problems asked for pairs, answers a problem, problems for the card's accuracy. None of them was trained on by number. */
const PROBLEMS = 1200
const ANSWERS = 6
const EXAMINED = 1000
const sampling = { temperature: 1, maxTokens: 64 }

const { values } = parseArgs({
  options: { model: { type: 'string' }, to: { type: 'string' }, pairs: { type: 'string', default: '320' } },
})
if (!values.model || !values.to)
  throw new Error('Usage: node starter/pairs.ts --model FOLDER --to FILE.jsonl [--pairs 320]')

const { backend } = await loadBackend()
const executor = ml.eagerExecutor(backend)
await loadWeights(values.model)

const problems = Array.from({ length: PROBLEMS }, (_, index) => problemAt(SEED, 'pairs', index))
const asked = problems.flatMap((problem) => Array<Problem>(ANSWERS).fill(problem))
const answers = await respond(asked, { ...sampling, seed: SEED })

const pairs = problems
  .flatMap((problem, at) => {
    const own = [...new Set(answers.slice(at * ANSWERS, (at + 1) * ANSWERS))].filter((answer) => answer.trim() !== '')
    const right = own.find((answer) => isRight(problem, answer))
    const wrong = own.find((answer) => !isRight(problem, answer))
    return right !== undefined && wrong !== undefined ? [{ problem, right, wrong }] : []
  })
  .slice(0, Number(values.pairs))

const lines = pairs.map(({ problem, right, wrong }) =>
  JSON.stringify({
    prompt: problem.prompt,
    chosen: right,
    rejected: wrong,
    chosen_source: 'starter',
    rejected_source: 'starter',
    kind: problem.kind,
    answer: problem.answer,
    temperature: sampling.temperature,
  }),
)
writeFileSync(`${values.to}.part`, lines.join('\n') + '\n')
renameSync(`${values.to}.part`, values.to)

const examined = Array.from({ length: EXAMINED }, (_, index) => problemAt(SEED, 'exam', index))
const greedy = await respond(examined, { temperature: 0, maxTokens: sampling.maxTokens, seed: SEED })
const kinds = [...new Set(examined.map(({ kind }) => kind))].sort()
const report = (own: number[]) => {
  const right = own.filter((index) => isRight(examined[index]!, greedy[index]!)).length
  const share = right / own.length
  return {
    problems: own.length,
    right,
    share: round(share),
    standardError: round(Math.sqrt((share * (1 - share)) / own.length)),
  }
}
const all = examined.map((_, index) => index)
const sampled = asked.filter((problem, at) => isRight(problem, answers[at]!)).length / asked.length
console.log(
  JSON.stringify(
    {
      pairs: lines.length,
      greedy: report(all),
      byKind: Object.fromEntries(
        kinds.map((kind) => [kind, report(all.filter((index) => examined[index]!.kind === kind))]),
      ),
      sampledAtTemperature1: round(sampled),
    },
    null,
    2,
  ),
)
executor.dispose()

async function respond(problems: readonly Problem[], options: ml.GenerationOptions): Promise<string[]> {
  const prompts = problems.map(({ prompt }) => encoded(prompt))
  return (await ml.generate(executor, config, prompts, { ...options, batch: 64 })).map(decoded)
}

async function loadWeights(folder: string): Promise<void> {
  const file = join(folder, 'model.safetensors')
  const bytes = new Uint8Array(readFileSync(file))
  const source: ml.ByteSource = {
    size: bytes.length,
    read: (offset, length) => Promise.resolve(bytes.subarray(offset, offset + length)),
  }
  for (const [name, entry] of await ml.readSafetensorsHeader(source))
    executor.put(name, ml.floats(await ml.readTensor(source, entry), entry.shape))
}

function round(value: number): number {
  return Math.round(1000 * value) / 1000
}
