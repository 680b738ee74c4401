// What the terminal tells while a study goes on: the events are given by hand, as those of a real one take minutes.
import { afterEach, expect, test, vi } from 'vitest'
import { studyCommands } from '../../../src/main/terminal/studies.ts'
import type { Terminal } from '../../../src/main/terminal/grammar.ts'

afterEach(() => void vi.useRealTimers())

test('each step is told, and within a step what is done once half a minute was quiet', async () => {
  vi.useFakeTimers()
  const listeners = new Map<string, (data: unknown) => void>()
  const lines: string[] = []
  const study = { ...{ id: 1, steps: [], status: 'running', doing: null, job: null, secondsLeft: null }, reason: null }
  const answers = { 'studies.estimate': { seconds: 90, secondsFrom: 'guess', steps: 2, left: 2 } }
  const terminal = {
    ask: (name: string) => Promise.resolve(answers[name as keyof typeof answers] ?? study),
    on: (name: string, listener: (data: unknown) => void) => (listeners.set(name, listener), () => {}),
    tell: (line: string) => void lines.push(line),
    interrupted: new AbortController().signal,
  } as unknown as Terminal
  const run = studyCommands.find(({ words }) => words.join(' ') === 'study run')!
  const ended = run.run(terminal, { positionals: ['distribution'], options: {}, lists: {} })
  await vi.waitFor(() => expect(listeners.has('studies.changed')).toBe(true))

  const after = async (seconds: number, name: string, data: object) => {
    await vi.advanceTimersByTimeAsync(seconds * 1000)
    listeners.get(name)!(data)
  }
  const step = { ...study, doing: 'step 1 of 2: Sample', job: 7, secondsLeft: 40 }
  const sampling = { id: 8, title: 'Sample', status: 'running', doing: 'sampling answers, 8 of 64', progress: 0.1 }
  await after(1, 'studies.changed', step)
  await after(31, 'jobs.changed', { ...sampling, id: 7, doing: step.doing })
  await after(1, 'jobs.changed', sampling)
  await after(20, 'jobs.changed', { ...sampling, doing: 'sampling answers, 16 of 64' })
  await after(11, 'jobs.changed', { ...sampling, doing: 'sampling answers, 24 of 64' })
  await after(1, 'studies.changed', { ...step, doing: 'step 2 of 2: Train' })
  await after(31, 'runs.changed', { name: 'S1', doing: null, step: 3, steps: 8, status: 'running' })
  await after(1, 'studies.changed', { ...step, doing: null, status: 'finished' })
  await ended
  expect(lines).toEqual([
    '2 steps, about 90 s, by guess.',
    'step 1 of 2: Sample (about 40 s left)',
    '  Sample: sampling answers, 8 of 64',
    '  Sample: sampling answers, 24 of 64',
    'step 2 of 2: Train (about 40 s left)',
    '  S1: step 3 of 8',
  ])
})
