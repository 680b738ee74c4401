// What a shell lets the window do, whatever the pipe: ask, listen, catch up. The Client is built on these few functions.
import type { Client } from './client.ts'
import type { EventName, Events, Sequenced } from './events.ts'
import { Problem, ProblemError } from './problems.ts'

/** An answer as it travels. */
export type Answer = { out: unknown } | { problem: Problem }

/** Events that were missed; `events` is null when some are no longer kept. `board` names this life of the app. */
export type CatchUp = { board: string; seq: number; events: Sequenced[] | null }

export interface Bridge {
  ask(name: string, input: unknown): Promise<Answer>
  /** Calls for each event as it happens, and when the pipe is lost and open again. */
  listen(listener: (event: Sequenced | 'lost' | 'open') => void): void
  /** Asks for the events after `seq` of that board. */
  after(board: string | null, seq: number): Promise<CatchUp>
}

/** A Client over a bridge: keeps the order of events, notices gaps, fills them or says `refilled`. */
export function clientOver(bridge: Bridge): Client {
  const listeners = new Map<EventName, Set<(data: never) => void>>()
  const connections = new Set<(state: 'open' | 'lost' | 'refilled') => void>()
  let board: string | null = null
  let seq = 0
  let catching: Promise<void> | null = null
  let waiting: Sequenced[] = []

  const tell = (state: 'open' | 'lost' | 'refilled') => connections.forEach((listener) => listener(state))
  const deliver = (event: Sequenced) => {
    if (event.seq <= seq) return
    seq = event.seq
    for (const listener of [...(listeners.get(event.name) ?? [])]) listener(event.data as never)
  }

  async function catchUp(): Promise<void> {
    const missed = await bridge.after(board, seq)
    const first = board === null
    const known = missed.board === board && missed.events !== null
    board = missed.board
    if (known) missed.events?.forEach(deliver)
    else seq = missed.seq
    const later = waiting.filter((event) => event.seq > seq)
    waiting = []
    later.forEach(deliver)
    tell(known || first ? 'open' : 'refilled')
  }

  function fill(): void {
    catching ??= catchUp()
      .catch(() => tell('lost'))
      .finally(() => {
        catching = null
        if (waiting.length > 0) fill()
      })
  }

  bridge.listen((event) => {
    if (event === 'lost') return tell('lost')
    if (event === 'open') return fill()
    if (catching || board === null || event.seq !== seq + 1) {
      waiting.push(event)
      fill()
    } else deliver(event)
  })
  fill()

  return {
    async ask(name, input) {
      const answer = await bridge.ask(name, input)
      if ('problem' in answer) throw new ProblemError(Problem.parse(answer.problem))
      return answer.out as never
    },
    on<N extends EventName>(name: N, listener: (data: Events[N]) => void) {
      const set = listeners.get(name) ?? new Set()
      listeners.set(name, set.add(listener as (data: never) => void))
      return () => void set.delete(listener as (data: never) => void)
    },
    onConnection(listener) {
      connections.add(listener)
      return () => void connections.delete(listener)
    },
  }
}
