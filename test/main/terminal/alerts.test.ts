// `attune train` tells alerts as they come, `runs alerts` lists them, `train --from` goes on from a checkpoint: over a real app.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Alert, Run } from '#contract'
import { forkTrainer } from '../../../src/main/app/fork.ts'
import { openApp, type App } from '../../../src/main/app/index.ts'
import { parseLine, UsageError, type Terminal } from '../../../src/main/terminal/grammar.ts'
import { runCommands } from '../../../src/main/terminal/runs.ts'
import { fixture, trainerEntry } from '../app/run-home.ts'

let app: App
const home = mkdtempSync(join(tmpdir(), 'attune-terminal-'))
beforeAll(async () => {
  const resources = fileURLToPath(new URL('../../../resources', import.meta.url))
  app = await openApp({ home, resources, version: 'test', fork: () => forkTrainer(trainerEntry) })
  await app.ready
  await app.ask('models.add', { source: fixture('tiny-llama'), name: 'tiny' })
}, 120_000)
afterAll(async () => {
  await app.close()
  rmSync(home, { recursive: true, force: true })
})

async function answerTo(line: string) {
  const told: string[] = []
  const terminal: Terminal = {
    ask: (name, input) => app.ask(name, input) as never,
    on: (name, listener) => app.board.listen((event) => event.name === name && listener(event.data as never)),
    tell: (text) => void told.push(text),
    interrupted: new AbortController().signal,
  }
  const { command, given } = parseLine(runCommands, line.split(' '))
  const answer = await command.run(terminal, given)
  return { answer, told, lines: command.text(answer as never) }
}

/** A rate that ruins the tiny model at once, looked at after every step. */
const ruined =
  'train --model tiny --pairs sample --name ruined --steps 8 --set learning_rate=0.3 --set probe_every=1 --set checkpoint_every=2 ' +
  '--set heldout_pairs=4 --set probe_pairs=4 --set probe_others=4 --set probe_samples=2 --set probe_sample_tokens=8 --set sample_prompts=0 ' +
  '--set too_long=leave-out'

test('alerts are told as they come, listed with what to do, and a checkpoint is where another run begins', async () => {
  const { answer, told, lines } = await answerTo(ruined)
  const { raised } = answer as { raised: Alert[] }
  expect(raised.length).toBeGreaterThan(0)
  const standing = raised.filter(({ clearedStep }) => clearedStep === null)
  for (const { level, title } of standing)
    expect(told.some((line) => line.startsWith(`${level}: ${title}. `))).toBe(true)
  expect(lines.at(-1)).toBe('See attune runs alerts 1.')

  const listed = await answerTo('runs alerts ruined')
  expect(listed.answer).toEqual(raised)
  expect(listed.lines[0]).toMatch(/^(watch|alarm): .*, since step \d+, raised at \d+, (stands|ended at \d+)$/)
  expect(listed.lines.join('\n')).toMatch(/Try a (lower|higher) .*--set (learning_rate|beta)=/)
  const { lines: list } = await answerTo('runs list')
  expect(list[1]).toMatch(/\d (alarm|watch)/)

  const fork = (await answerTo('train --from ruined@6 --set learning_rate=0.001 --name gentler')).answer as Run
  expect(fork).toMatchObject({ parent: 1, parentStep: 6, steps: 2, status: 'finished', method: 'dpo' })
  expect(fork.settings).toMatchObject({ learning_rate: 0.001, probe_every: 1, heldout_pairs: 4 })
  expect(((await answerTo('train --from ruined --steps 1')).answer as Run).parentStep).toBe(8)
  await expect(answerTo('train --from ruined@4')).rejects.toThrow('keeps no checkpoint of step 4. It keeps 6 and 8.')
  await expect(answerTo('train --from nobody')).rejects.toThrow('There is no such run')
  await expect(answerTo('train --from ruined@x')).rejects.toThrow(UsageError)
}, 480_000)
