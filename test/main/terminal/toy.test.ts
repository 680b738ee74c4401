// `attune toy`: the table of a run, the summary of a grid, and lines that it refuses.
import { expect, test } from 'vitest'
import type { Handlers, ToyGrid, ToyResult } from '#contract'
import { openBoard } from '../../../src/main/app/board.ts'
import { openDoor } from '../../../src/main/app/door.ts'
import { openJobs } from '../../../src/main/app/jobs.ts'
import { toyHandlers } from '../../../src/main/app/toy.ts'
import { parseLine, UsageError, type Terminal } from '../../../src/main/terminal/grammar.ts'
import { toyCommands } from '../../../src/main/terminal/toy.ts'

async function answerTo(line: string, interrupt = new AbortController()) {
  const board = openBoard()
  const jobs = openJobs(board)
  const ask = openDoor({ ...jobs.handlers, ...toyHandlers({ board, jobs }) } as Handlers)
  const told: string[] = []
  const terminal: Terminal = {
    ask: (name, input) => ask(name, input) as never,
    on: (name, listener) => board.listen((event) => event.name === name && listener(event.data as never)),
    tell: (text) => {
      told.push(text)
      if (line.includes('1000000') && text.includes('step')) interrupt.abort()
    },
    interrupted: interrupt.signal,
  }
  const { command, given } = parseLine(toyCommands, line.split(' '))
  const answer = await command.run(terminal, given)
  return { answer, told, lines: command.text(answer as never) }
}

test('a run: ten steps or so with their masses, the last table, and both properties in words', async () => {
  const line = 'toy --scenario 4 --method sft-dpo --set width=8 --set gamma=0.1 --steps 100 --seed 2'
  const { answer, lines } = await answerTo(line)
  const result = answer as ToyResult
  expect(result.settings).toMatchObject({ scenario: '4', method: 'sft-dpo', gamma: 0.1, steps: 100 })
  expect(lines[0]).toMatch(/^SFT-DPO, mlp, scenario 4, seed 2: 100 steps in \d+\.\d s\.$/)
  expect(lines[2]).toMatch(/^0 +0\.020 +0\.020 +-1\.699 +0\.960 /)
  const table = lines.slice(lines.findIndex((one) => one.startsWith('Probabilities after step 100')) + 1)
  expect(table[0]).toMatch(/^ +y0 +y1 .* y9$/)
  expect(table[1]).toMatch(/^x0 +0\.\d\d\+ +0\.\d\d +/)
  expect(table[2]).toMatch(/^x1 .*0\.\d\d- +0\.\d\d +0\.\d\d +0\.\d\d$/)
  expect(lines.at(-1)).toMatch(/^Dispersion: unseen mass ends/)
})

test('a grid: a line a combination, with medians and ranges', async () => {
  const { answer, lines } = await answerTo('toy --set width=8 --steps 60 --seeds 3 --vary scenario=1,3')
  expect((answer as ToyGrid).cells).toHaveLength(2)
  expect(lines[0]).toMatch(/^3 seeds from 0, in \d+\.\d s\. Medians/)
  expect(lines[1]).toMatch(/^scenario +Chosen, peak +at step/)
  expect(lines[2]).toMatch(/^1 +0\.\d+ \[0\.\d+, 0\.\d+\]/)
  expect(lines).toHaveLength(4)
})

test('Ctrl+C stops a long run', async () => {
  await expect(answerTo('toy --steps 1000000')).rejects.toMatchObject({ problem: { code: 'cancelled' } })
})

test('lines that are refused', async () => {
  await expect(answerTo('toy --set beta')).rejects.toBeInstanceOf(UsageError)
  await expect(answerTo('toy --vary beta=0.1,,0.2')).rejects.toBeInstanceOf(UsageError)
  await expect(answerTo('toy --set beta=much')).rejects.toThrow('setting beta: Expected a number')
  await expect(answerTo('toy --scenario 5')).rejects.toThrow('Give one of 1, 2, 3, 4')
  await expect(answerTo('toy --method grpo')).rejects.toThrow('setting method')
})
