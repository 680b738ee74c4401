// From the terminal, end to end with the starter model: its own answers become pairs, and a run trains on them.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { commandLine } from './command-line.ts'

const { home, attune, json, refusal } = commandLine()

const starter = 'pairs sample --model starter --prompts sample --tokens 48'

test('pairs of the starter model train', { timeout: 240_000 }, async () => {
  const report = await json(`${starter} --answers 4 --checker arithmetic-answer --limit 40 --set mine`)
  const { set, counts } = report as { set: { chosen: number }; counts: Record<string, number> }
  expect(counts).toMatchObject({ prompts: 40, answers: 160, noRoom: 0 })
  expect(set.chosen).toBe(counts.pairs)
  expect(report.sentence).toMatch(
    /^40 prompts, 160 answers, \d+ pairs; \d+ prompts had no two answers of different score/,
  )

  await attune(`pairs export --set mine --to ${join(home, 'mine.jsonl')}`)
  const lines = readFileSync(join(home, 'mine.jsonl'), 'utf8').trim().split('\n')
  expect(lines).toHaveLength(set.chosen)
  const sums = lines.map((line) => JSON.parse(line) as Record<'prompt' | 'chosen' | 'rejected', string>)
  const [sum] = sums.filter(({ prompt }) => /^Q: \w+ has \d+ \w+ and (finds|gets|buys) \d+/.test(prompt))
  const numbers = sum?.prompt.match(/\d+/g)?.map(Number) ?? []
  expect(sum?.chosen).toContain(`The answer is ${numbers[0]! + numbers[1]!}.`)
  expect(sum?.rejected).not.toContain(`The answer is ${numbers[0]! + numbers[1]!}.`)

  const run = await json('train --model starter --pairs mine --method dpo --steps 3')
  expect(run).toMatchObject({ status: 'finished', step: 3, set: { name: 'mine', pairs: set.chosen } })

  const { stdout, stderr } = await attune(
    `pairs sample --run ${String(run.run)} --prompts sample --limit 4 --tokens 48 --cap 1 --set by-hand`,
  )
  expect(stdout).toMatch(
    /^4 prompts, 16 answers, \d pairs?.*\nThe set by-hand has \d pairs now, \d of them to be labelled\.\n$/,
  )
  expect(stderr).toContain('sampling answers, ')
})

test('what cannot be is refused in a line', async () => {
  expect(await refusal(`${starter} --run 1 --set x`)).toEqual([2, 'Give one of --model and --run'])
  expect(await refusal(`${starter} --set x --rule margin`)).toEqual([2, '--rule margin needs --least'])
  expect(await refusal(`${starter} --set x --parameter a=1`)).toEqual([2, '--parameter needs --checker'])
  expect((await refusal(`${starter} --set x --checker nobody`))[1]).toMatch(/^--checker takes arithmetic-answer, /)
  const [code, line] = await refusal(`${starter} --limit 2 --checker length --parameter at_most=0 --set x`)
  expect([code, line]).toEqual([
    1,
    'checker length: Parameter at_most of checker length must be a whole number from 1 to 100000, or left out, got 0.',
  ])
})
