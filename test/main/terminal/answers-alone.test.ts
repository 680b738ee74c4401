// From the terminal, end to end with the starter model: answers that somebody liked or not come in, train with KTO, and go out again.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { commandLine } from './command-line.ts'

const { home, attune, json, refusal } = commandLine()

/** Right sums that are liked, and wrong ones that are not. */
const rows = Array.from({ length: 60 }, (_, i) => {
  const right = i % 3 !== 0
  const [a, b] = [(7 * i) % 40, (5 * i) % 30]
  const sum = a + b + (right ? 0 : 1 + (i % 4))
  return { prompt: `Q: What is ${a} + ${b}?\n`, completion: `A: ${a} + ${b} = ${sum}.`, label: right }
})
const written = (name: string, lines: readonly object[]) => {
  const file = join(home, name)
  writeFileSync(file, lines.map((line) => `${JSON.stringify(line)}\n`).join(''))
  return file
}

test('thirty steps of KTO on good and bad answers, and the same file out again', { timeout: 240_000 }, async () => {
  const file = written('thumbs.jsonl', rows)
  expect((await attune(`pairs import ${file} --set thumbs`)).stdout).toBe(
    '60 answers imported into thumbs, 0 were there already, 0 rows refused.\n',
  )
  const { set, ...run } = (await json(
    'train --model starter --pairs thumbs --method kto --steps 30 --set undesirable_weight=2 --set warmup_steps=0',
  )) as Record<string, unknown> & { run: number; set: { pairs: number } }
  expect(run).toMatchObject({ status: 'finished', step: 30 })
  expect(set.pairs).toBe(60)

  const to = join(home, 'readings.jsonl')
  await attune(`runs readings ${run.run} --to ${to}`)
  const steps = readFileSync(to, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, number>)
  // At the reference: a half for a good answer, one for a bad one, which weighs twice; four answers a batch.
  const [first] = steps
  expect([0.5, 0.625, 0.75, 0.875, 1].some((loss) => Math.abs(loss - first!.loss!) < 1e-5)).toBe(true)
  const told = new Set(steps.flatMap((step) => Object.keys(step)))
  for (const name of ['drop/train/rejected', 'degradation/train/chosen', 'dispersion/sampled', 'probe/heldout/auc'])
    expect(told, name).toContain(name)
  expect([...told].filter((name) => /accurac|fell_faster|degradation.*share|^geometry|^length/.test(name))).toEqual([])
  const { degradation, drop } = { degradation: 'degradation/train/chosen', drop: 'drop/train/rejected' }
  const last = steps.findLast((step) => step[drop] !== undefined)!
  expect(last[degradation]!).toBeGreaterThan(last[drop]!)

  const out = join(home, 'out.jsonl')
  await attune(`pairs export --set thumbs --to ${out}`)
  expect(readFileSync(out, 'utf8')).toBe(readFileSync(file, 'utf8'))
})

test('what answers alone cannot be used for is said in a line', { timeout: 240_000 }, async () => {
  const liked = written(
    'liked.jsonl',
    rows.filter(({ label }) => label),
  )
  const odd = written('odd.jsonl', [{ prompt: 'Q', completion: 'A', label: 7 }])
  await attune(`pairs import ${written('few.jsonl', rows.slice(0, 6))} --set few`)
  await attune(`pairs import ${liked} --set liked`)
  const line = async (words: string) => (await refusal(words))[1]
  const alone = 'and this set holds answers alone'
  expect(await line('train --model starter --pairs few --method dpo')).toBe(
    `set few: DPO learns from pairs, ${alone}, each good or bad. Choose bco, apo-zero or kto, or a set of pairs.`,
  )
  expect(await line('train --model starter --pairs few --method weighted-sum --set terms=kto*1+sft*1')).toContain(
    `learns from pairs, ${alone}`,
  )
  expect(await line('train --model starter --pairs few --method reward-model')).toContain(`learns from pairs, ${alone}`)
  expect(await line('train --model starter --pairs liked --method kto')).toBe(
    'set liked: KTO needs good and bad answers, and this set has 40 good and 0 bad. Mark some as bad.',
  )
  expect(await line('train --model starter --pairs few --method kto --set leave_out=by-measure')).toContain(
    'setting leave_out: Measures compare the two answers of a pair',
  )
  expect(await line('evaluate --model starter --pairs few')).toBe(
    `set few: Log-probabilities are compared between the two answers of a pair, ${alone}. Leave them off (--likelihoods off) and name a judge: the prompts of the set are answered.`,
  )
  expect(await line('pairs measure --set few --model starter')).toContain(`compare two answers to a prompt, ${alone}`)
  expect(await line(`pairs import ${liked} --set sample`)).toContain('This set holds pairs')
  expect(await line(`pairs import ${odd} --set few`)).toMatch(
    /No row is an answer with a mark; line 1: label is neither good nor bad\. Say which columns are prompt, completion and label\.$/,
  )
})
