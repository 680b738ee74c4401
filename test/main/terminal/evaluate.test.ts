// `attune evaluate` over a real app: the starter model on the sample pairs, and lines that it refuses.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { CommandOutput, Evaluation } from '#contract'
import { forkTrainer } from '../../../src/main/app/fork.ts'
import { openApp, type App } from '../../../src/main/app/index.ts'
import { evaluateCommands } from '../../../src/main/terminal/evaluate.ts'
import { evaluationLines } from '../../../src/main/terminal/evaluation-table.ts'
import { parseLine, UsageError, type Terminal } from '../../../src/main/terminal/grammar.ts'
import { trainerEntry } from '../app/run-home.ts'

let app: App
const home = mkdtempSync(join(tmpdir(), 'attune-terminal-'))
beforeAll(async () => {
  const resources = fileURLToPath(new URL('../../../resources', import.meta.url))
  app = await openApp({ home, resources, version: 'test', fork: () => forkTrainer(trainerEntry) })
  await app.ready
}, 60_000)
afterAll(async () => {
  await app.close()
  rmSync(home, { recursive: true, force: true })
})

type Answer = { evaluations: Evaluation[]; comparison: CommandOutput<'evaluations.compare'> | null }

async function answerTo(line: string, interrupt = new AbortController()) {
  const told: string[] = []
  const terminal: Terminal = {
    ask: (name, input) => app.ask(name, input) as never,
    on: (name, listener) => app.board.listen((event) => event.name === name && listener(event.data as never)),
    tell: (text) => {
      told.push(text)
      if (text.endsWith('scoring pairs') && line.includes('999')) interrupt.abort()
    },
    interrupted: interrupt.signal,
  }
  const { command, given } = parseLine(evaluateCommands, line.split(' '))
  const answer = (await command.run(terminal, given)) as Answer
  return { answer, told, lines: command.text(answer as never) }
}

test('one policy: a table of figures with intervals, and each phase told once', async () => {
  const { answer, told, lines } = await answerTo(
    'evaluate --model starter --pairs sample --limit 12 --checker arithmetic-answer --max-tokens 48',
  )
  const { accuracy } = answer.evaluations[0]!.figures!.pairs!
  expect(lines[0]).toBe('12 pairs of sample; 95 % intervals in brackets.')
  expect(lines[2]).toMatch(/^accuracy, by sum +\d+\.\d % \[\d+\.\d, \d+\.\d\] of 12$/)
  expect(lines[2]).toContain(`${(100 * accuracy.rate!).toFixed(1)} % [${(100 * accuracy.low).toFixed(1)}`)
  expect(lines.some((line) => /^pass rate +\d/.test(line))).toBe(true)
  expect(lines.some((line) => line.startsWith('reward accuracy'))).toBe(false)
  expect(new Set(told).size).toBe(told.length)
  expect(told).toContain('starter: answering prompts')
  expect(answer.comparison).toBeNull()
})

test('parameters are read by the checker’s own listing, a list by naming it twice', async () => {
  const { answer } = await answerTo(
    'evaluate --model starter --pairs sample --limit 2 --checker contains --parameter required=a --parameter required=e --parameter match_case=true --likelihoods off --max-tokens 4',
  )
  expect(answer.evaluations[0]!.options).toMatchObject({
    likelihoods: false,
    checker: { parameters: { required: ['a', 'e'], match_case: true, whole_words: true } },
  })
  expect(answer.evaluations[0]!.figures!.pairs).toBeNull()
})

test('Ctrl+C cancels', async () => {
  const line = 'evaluate --model starter --pairs sample --limit 999 --checker arithmetic-answer'
  await expect(answerTo(line)).rejects.toThrow('evaluation of starter: The evaluation was cancelled')
})

test.each([
  ['evaluate --pairs sample', UsageError, 'one of --model and --run'],
  ['evaluate --model a --run b --pairs sample', UsageError, 'one of --model and --run'],
  ['evaluate --model a --against b --against-run c --pairs p', UsageError, 'one of --against and --against-run'],
  ['evaluate --model starter', UsageError, '--pairs is missing'],
  ['evaluate --model starter --pairs sample --parameter a=b', UsageError, '--parameter needs --checker'],
  ['evaluate --model starter --pairs sample --temperature hot', UsageError, '--temperature takes a number'],
  ['evaluate --model starter --pairs sample --likelihoods maybe', UsageError, '--likelihoods takes on or off'],
  ['evaluate --model starter --pairs sample --limit 1.5', Error, 'expected int'],
  ['evaluate --run none --pairs sample', Error, 'none: There is no such run'],
  ['evaluate --model starter --pairs sample --checker eval', UsageError, '--checker takes arithmetic-answer, '],
])('%s', async (line, kind, message) => {
  await expect(answerTo(line)).rejects.toThrow(kind)
  await expect(answerTo(line)).rejects.toThrow(message)
})

test('two side by side: who is compared with whom, and what cannot be said', () => {
  const share = { passed: 3, of: 4, rate: 0.75, low: 0.3, high: 0.95 }
  const mean = { mean: -1.5, low: -2, high: -1, of: 4 }
  const figures = {
    pairs: null,
    answers: { prompts: 4, answers: 4, decided: 4, undecided: 0, passRate: share, length: mean, unended: 0.25 },
  }
  const evaluation = (label: string) =>
    ({ label, figures, set: { name: 's', pairs: 4, alone: true }, leftOut: { pairs: 0, prompts: 2 } }) as Evaluation
  const answers = {
    both: 1,
    onlyA: 0,
    onlyB: 11,
    neither: 3,
    p: 0.0004,
    difference: { mean: 0.5, low: 0.1, high: 0.8, of: 15 },
  }
  const lines = evaluationLines([evaluation('A'), evaluation('B')], {
    pairs: null,
    answers,
    scores: null,
    incomparable: 'Not.',
  })
  expect(lines).toEqual([
    '4 answers of s; 95 % intervals in brackets.',
    '                       A                         B',
    'pass rate              75.0 % [30.0, 95.0] of 4  75.0 % [30.0, 95.0] of 4',
    'undecided answers      0 of 4                    0 of 4',
    'answer length, tokens  -1.5 [-2.0, -1.0]         -1.5 [-2.0, -1.0]',
    'did not end            25.0 %                    25.0 %',
    'A: 2 prompts leave no room for an answer.',
    'B: 2 prompts leave no room for an answer.',
    '',
    'pass rate: B less A 50.0 [10.0, 80.0] points, p < 0.001 (McNemar, exact)',
    '  both right 1, only A 0, only B 11, neither 3',
    'Not.',
  ])
})
