import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { Bridge, Sequenced } from '#contract'
import { gathered } from '../../src/renderer/gathered.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

/** A gathered bridge whose events are sent by hand; `handfuls` holds what arrived, one list for each time it did. */
function gatheredPipe() {
  let send: (event: Sequenced | 'lost' | 'open') => void = () => {}
  const bridge = gathered({
    ask: () => Promise.resolve({ out: null }),
    listen: (listener) => void (send = listener),
    after: () => Promise.reject(new Error('not asked for here')),
  } satisfies Bridge)
  const handfuls: (number | string)[][] = []
  let open = false
  bridge.listen((event) => {
    if (!open) {
      open = true
      handfuls.push([])
      void Promise.resolve().then(() => (open = false))
    }
    handfuls.at(-1)?.push(typeof event === 'string' ? event : event.seq)
  })
  return {
    handfuls,
    ask: () => bridge.ask('jobs.list', {}),
    connection: (state: 'lost' | 'open') => send(state),
    /** An event, and the time until the next one. */
    async event(seq: number, wait = 0) {
      send({ seq, name: 'runs.removed', data: { run: seq as never } })
      await vi.advanceTimersByTimeAsync(wait)
    },
  }
}

test('the first event goes on at once, a burst after it as one handful, and none is lost', async () => {
  const { event, handfuls } = gatheredPipe()
  await event(1)
  expect(handfuls).toEqual([[1]])
  for (let seq = 2; seq <= 40; seq++) await event(seq)
  expect(handfuls).toEqual([[1]])
  await vi.advanceTimersByTimeAsync(300)
  expect(handfuls).toEqual([[1], Array.from({ length: 39 }, (_, i) => i + 2)])
})

test('an event each 50 ms makes no more than a handful in 300 ms, and after a quiet time one goes on at once again', async () => {
  const { event, handfuls } = gatheredPipe()
  for (let seq = 1; seq <= 60; seq++) await event(seq, 50)
  expect(handfuls.length).toBeLessThanOrEqual(11)
  expect(handfuls.flat()).toEqual(Array.from({ length: 60 }, (_, i) => i + 1))
  await vi.advanceTimersByTimeAsync(1000)
  const before = handfuls.length
  await event(61)
  expect(handfuls.length).toBe(before + 1)
})

test('an answer is never ahead of the events that came before it', async () => {
  const { ask, event, handfuls } = gatheredPipe()
  await event(1)
  await event(2)
  await ask()
  expect(handfuls).toEqual([[1], [2]])
})

test('a lost connection is told at once, after what came before it', async () => {
  const { connection, event, handfuls } = gatheredPipe()
  await event(1)
  await event(2)
  connection('lost')
  expect(handfuls.flat()).toEqual([1, 2, 'lost'])
})
