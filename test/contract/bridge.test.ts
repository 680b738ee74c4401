import { expect, test, vi } from 'vitest'
import { clientOver, ProblemError, type Bridge, type CatchUp, type Sequenced } from '#contract'

const removed = (seq: number): Sequenced => ({ seq, name: 'runs.removed', data: { run: seq as never } })

/** A board that can lose events on the way, as a broken pipe does. */
function brokenPipe(kept = 100) {
  const events: Sequenced[] = []
  let send: (event: Sequenced | 'lost' | 'open') => void = () => {}
  let board = 'first'
  const bridge: Bridge = {
    ask: (name) =>
      Promise.resolve(name === 'jobs.list' ? { out: [] } : { problem: { code: 'not-found', message: 'No' } }),
    listen: (listener) => void (send = listener),
    after(known, seq): Promise<CatchUp> {
      const missed = known === board && events.length - seq <= kept ? events.slice(seq) : null
      return Promise.resolve({ board, seq: events.length, events: missed })
    },
  }
  return {
    bridge,
    publish(lost = false) {
      const event = removed(events.length + 1)
      events.push(event)
      if (!lost) send(event)
    },
    send: (event: 'lost' | 'open') => send(event),
    restart() {
      board = 'second'
      events.length = 0
    },
  }
}

async function heard(kept?: number) {
  const pipe = brokenPipe(kept)
  const client = clientOver(pipe.bridge)
  const seen: number[] = []
  const states: string[] = []
  client.on('runs.removed', ({ run }) => seen.push(run))
  client.onConnection((state) => states.push(state))
  await vi.waitFor(() => expect(states).toEqual(['open']))
  return { ...pipe, client, seen, states }
}

test('events arrive in order', async () => {
  const { publish, seen } = await heard()
  for (let i = 0; i < 5; i++) publish()
  expect(seen).toEqual([1, 2, 3, 4, 5])
})

test('lost events are asked for again, in order and once', async () => {
  const { publish, seen } = await heard()
  publish()
  publish(true)
  publish(true)
  publish()
  publish()
  await vi.waitFor(() => expect(seen).toEqual([1, 2, 3, 4, 5]))
})

test('events missed while the pipe was down come when it is open again', async () => {
  const { publish, seen, send, states } = await heard()
  publish()
  send('lost')
  publish(true)
  send('open')
  await vi.waitFor(() => expect(seen).toEqual([1, 2]))
  expect(states).toEqual(['open', 'lost', 'open'])
})

test('what is no longer kept is said', async () => {
  const { publish, send, states, seen } = await heard(1)
  publish(true)
  publish(true)
  publish(true)
  send('open')
  await vi.waitFor(() => expect(states).toContain('refilled'))
  publish()
  expect(seen).toEqual([4])
})

test('another life of the app is noticed', async () => {
  const { publish, send, restart, states, seen } = await heard()
  publish()
  restart()
  send('open')
  await vi.waitFor(() => expect(states).toContain('refilled'))
  publish()
  expect(seen).toEqual([1, 1])
})

test('a problem comes out as a ProblemError', async () => {
  const { client } = await heard()
  await expect(client.ask('jobs.list', {})).resolves.toEqual([])
  await expect(client.ask('app.info', {})).rejects.toThrow(ProblemError)
})
