// The supervisor over ports in memory: states, jobs told and answered, listeners that throw, deaths, cancelling, closing.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { expect, test, vi } from 'vitest'
import { ProblemError, type Port } from '#contract'
import { openBoard } from '../../../src/main/app/board.ts'
import { exitReason, forkTrainer, memoryPorts } from '../../../src/main/app/fork.ts'
import { openTrainer, TrainerDied } from '../../../src/main/app/trainer.ts'
import { workers } from '../../../src/main/trainer/jobs/workers.ts'
import { serveJobs, type JobWorkers } from '../../../src/main/trainer/loop.ts'
import { fixture, trainerEntry } from './run-home.ts'

/** A trainer in this process whose training is what the test says. */
function openPair(train: JobWorkers['train'], patience?: number) {
  const board = openBoard()
  const ports: Port[] = []
  const trainer = openTrainer(
    () => {
      const [app, own] = memoryPorts()
      ports.push(app)
      serveJobs(own, { ...workers, train })
      return app
    },
    board,
    patience,
  )
  const states: string[] = []
  board.listen((event) => event.name === 'app.changed' && states.push(event.data.trainer))
  return { trainer, board, ports, states }
}

const job = {} as Parameters<JobWorkers['train']>[0]
const result = {
  status: 'finished' as const,
  step: 3,
  throughput: { pairsPerSecond: 1, tokensPerSecond: 1, peakMemory: 1 },
}
const untilStopped = (stop: AbortSignal) =>
  new Promise<void>((resolve) => stop.addEventListener('abort', () => resolve()))

test('starts with the first job, tells its events in order, and is ready again after it', async () => {
  const { trainer, states, ports } = openPair(async (_, { tell }) => {
    tell('checkpointed', { step: 1, folder: 'a' })
    tell('checkpointed', { step: 2, folder: 'b' })
    return result
  })
  expect(trainer.state).toBe('down')
  const told: unknown[] = []
  const out = await trainer.ask('train', job, {
    onEvent({ data }) {
      told.push(data)
      throw new Error('a listener that fails')
    },
  })
  expect(out).toEqual(result)
  expect(told).toEqual([
    { step: 1, folder: 'a' },
    { step: 2, folder: 'b' },
  ])
  await wait(20)
  // A process that has trained is renewed, so that its memory and its peak are its own.
  expect(states).toEqual(['starting', 'busy', 'starting', 'ready'])
  expect(ports).toHaveLength(2)
  await trainer.close()
})

test('a job that fails rejects with its own problem, and the next one runs', async () => {
  let first = true
  const { trainer } = openPair(async () => {
    if (!first) return result
    first = false
    throw new ProblemError({ code: 'refused', message: 'No', where: 'here', advice: 'Go away' })
  })
  await expect(trainer.ask('train', job)).rejects.toThrow('here: No. Go away.')
  expect(await trainer.ask('train', job)).toEqual(result)
  await trainer.close()
})

test('heavy jobs run one after another, light ones beside them', async () => {
  const { trainer } = openPair(async (_, { stop }) => {
    await untilStopped(stop)
    return { ...result, status: 'stopped' }
  })
  const ends = [new AbortController(), new AbortController()]
  const order: string[] = []
  const jobs = ends.map(async ({ signal }, i) => {
    const ended = await trainer.ask('train', job, { signal }).then(({ status }) => status, String)
    order.push(`train ${i}: ${ended}`)
  })
  const facts = await trainer.ask('inspect', { location: fixture('tiny-llama') })
  order.push('inspect')
  expect(facts).toMatchObject({
    family: 'llama',
    parameters: 100672,
    context: 128,
    precision: 'F32',
    chatTemplate: false,
  })
  ends[1]!.abort()
  await jobs[1]
  ends[0]!.abort()
  await jobs[0]
  expect(order).toEqual(['inspect', 'train 1: ProblemError: Stopped before it began.', 'train 0: stopped'])
  await trainer.close()
})

test('a job asks what the app knows while others ask too, and a look-up that fails is no answer to despair of', async () => {
  const { trainer } = openPair(async (_, { known }) => {
    const [first, second] = await Promise.all([known(['a', 'b']), known(['c'])])
    return { ...result, step: 10 * first.length + second.length }
  })
  const stored = (hashes: readonly string[]) => hashes.map((hash): [string, number, number] => [hash, -1, 1])
  expect((await trainer.ask('train', job, { known: stored })).step).toBe(21)
  expect((await trainer.ask('train', job)).step).toBe(0)
  const failing = () => {
    throw new Error('the disk is gone')
  }
  expect((await trainer.ask('train', job, { known: failing })).step).toBe(0)
  await trainer.close()
})

test('a death rejects what runs, tells the state, and the next job starts a new process', async () => {
  const { trainer, ports, states } = openPair(async (_, { stop }) => {
    await untilStopped(stop)
    return result
  })
  const running = trainer.ask('train', job)
  const died = expect(running).rejects.toThrow(TrainerDied)
  await wait(20)
  ports[0]!.kill()
  await died
  await expect(running).rejects.toThrow('The trainer process died. It was ended.')
  expect(trainer.state).toBe('down')
  await trainer.ask('inspect', { location: fixture('tiny-gpt2') })
  expect(ports).toHaveLength(2)
  expect(states).toEqual(['starting', 'busy', 'down', 'starting', 'busy', 'ready'])
  await trainer.close()
})

test('a process that hangs does not hear a stop, and is ended', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'attune-hangs-'))
  const entry = join(folder, 'hangs.mjs')
  writeFileSync(entry, `process.send({ type: 'ready' }); process.on('message', () => { for (;;); })`)
  const stopping = new AbortController()
  const trainer = openTrainer(() => forkTrainer(entry), openBoard(), 500)
  try {
    const running = trainer.ask('train', job, { signal: stopping.signal })
    const died = expect(running).rejects.toThrow(
      /^The trainer process died\. It was asked to stop, said nothing for 1 s, and was ended\.$/,
    )
    await vi.waitFor(() => expect(trainer.state).toBe('busy'), 10_000)
    await wait(800)
    expect(trainer.state).toBe('busy')
    // It is given its time from when it was asked.
    const asked = performance.now()
    stopping.abort()
    await died
    expect(performance.now() - asked).toBeGreaterThan(450)
    await expect(running).rejects.toThrow(TrainerDied)
    expect(trainer.state).toBe('down')
  } finally {
    await trainer.close()
    rmSync(folder, { recursive: true })
  }
})

test('a job that is long about its end is waited for while the process lives', async () => {
  const [ended, stopping] = [new AbortController(), new AbortController()]
  const { trainer } = openPair(async (_, { tell }) => {
    for (let step = 0; !ended.signal.aborted; step++) {
      tell('checkpointed', { step, folder: '' })
      await wait(30)
    }
    return { ...result, status: 'stopped' }
  }, 500)
  const running = trainer.ask('train', job, { signal: stopping.signal })
  await vi.waitFor(() => expect(trainer.state).toBe('busy'))
  stopping.abort()
  await wait(1500)
  expect(trainer.state).toBe('busy')
  ended.abort()
  expect(await running).toMatchObject({ status: 'stopped' })
  await trainer.close()
})

test('closing rejects what runs and refuses what comes', async () => {
  const { trainer } = openPair(async (_, { stop }) => {
    await untilStopped(stop)
    return result
  })
  const running = expect(trainer.ask('train', job)).rejects.toThrow('Attune was closed.')
  await wait(20)
  await trainer.close()
  await running
  await expect(trainer.ask('machine', {})).rejects.toThrow('Attune is closing.')
})

test('a process that cannot start, or ends at once, is told in one line', async () => {
  const trainer = openTrainer(() => forkTrainer('/nowhere/trainer.ts'), openBoard())
  const line = await trainer.ask('machine', {}).catch((thrown: Error) => thrown.message)
  expect(line).toMatch(/^The trainer process died\. It ended with exit code 1\. Its last words: .*Cannot find module/)
  expect(line).not.toContain('\n')
  const refusing = openTrainer(() => {
    throw new Error('no processes left')
  }, openBoard())
  await expect(refusing.ask('machine', {})).rejects.toThrow(
    'The trainer process could not be started: no processes left.',
  )
})

test('the real process answers, and leaves when its parent lets go of it', async () => {
  const trainer = openTrainer(() => forkTrainer(trainerEntry), openBoard())
  const machine = await trainer.ask('machine', {})
  expect(['native graph', 'native', 'wasm', 'cpu']).toContain(machine.backend)
  expect(machine.precisionWhy).toMatch(
    machine.backend === 'native graph'
      ? /^products run at \d+ GFLOP\/s in bfloat16 and \d+ in float32$/
      : /^bfloat16 needs recorded graphs/,
  )
  expect(trainer.machine).toEqual(machine)
  const refusal = await trainer
    .ask('inspect', { location: fixture('nothing') })
    .catch((thrown: Error) => thrown.message)
  expect(refusal).toBe(`${fixture('nothing')}: There is no such file or folder.`)
  const folder = fixture('.')
  await expect(trainer.ask('inspect', { location: folder })).rejects.toThrow('The folder has no config.json.')
  await trainer.close()
})

test('how a process ended, in plain words', () => {
  expect(exitReason(null, 'SIGKILL', '')).toMatch(/signal 9 \(SIGKILL\): most likely the machine had run out of memory/)
  expect(exitReason(null, 'SIGABRT', 'x\nterminate called after throwing std::bad_alloc\n')).toBe(
    'It crashed with signal 6 (SIGABRT). Its last words: terminate called after throwing std::bad_alloc',
  )
  expect(exitReason(7, null, 'Error: broken\n    at here\n\nNode.js v24')).toBe(
    'It ended with exit code 7. Its last words: Error: broken',
  )
  expect(exitReason(0, null, '')).toBe('It ended by itself.')
})

/** A trainer whose jobs do nothing, and the ports of the processes that it had. */
function openIdle(given: Partial<JobWorkers> = {}) {
  const ports: Port[] = []
  const nothing = () => Promise.resolve({} as never)
  const train = () => Promise.resolve(result)
  const trainer = openTrainer(() => {
    const [app, own] = memoryPorts()
    ports.push(app)
    serveJobs(own, { ...workers, train, evaluate: nothing, tokens: nothing, ...given })
    return app
  }, openBoard())
  return { trainer, ports }
}

test.each(['evaluate', 'tokens'] as const)(
  'a process that held a model for %s is used again, and renewed before a run, whose memory is to be its own',
  async (name) => {
    const { trainer, ports } = openIdle()
    await trainer.ask(name, {} as never)
    await trainer.ask(name, {} as never)
    expect(ports).toHaveLength(1)
    expect(await trainer.ask('train', job)).toEqual(result)
    expect(ports).toHaveLength(3)
    await trainer.close()
  },
)

test('a process that trained beside a light job, and so could not be renewed, is renewed before the next run', async () => {
  const listed = Promise.withResolvers<never[]>()
  const { trainer, ports } = openIdle({ checkers: () => listed.promise })
  const beside = trainer.ask('checkers', {})
  await trainer.ask('train', job)
  expect(ports).toHaveLength(1)
  listed.resolve([])
  await beside
  await trainer.ask('train', job)
  expect(ports).toHaveLength(3)
  await trainer.close()
})
