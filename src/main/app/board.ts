// The board: events are pinned here with a sequence number and kept for a while, so that a listener who lost some can catch up.
import type { EventName, Events, Sequenced } from '#contract'

export interface Board {
  publish<N extends EventName>(name: N, data: Events[N]): void
  /** Calls `listener` for every event from now on; returns how to stop. */
  listen(listener: (event: Sequenced) => void): () => void
  /** Events after `seq`, or null when some of them are no longer kept. */
  after(seq: number): Sequenced[] | null
  /** The number of the newest event; 0 before the first. */
  readonly seq: number
}

/** @param kept how many past events can be asked for again */
export function openBoard(kept = 4096): Board {
  const listeners = new Set<(event: Sequenced) => void>()
  const past: Sequenced[] = []
  let seq = 0
  return {
    get seq() {
      return seq
    },
    publish(name, data) {
      const event = { seq: ++seq, name, data } as Sequenced
      past.push(event)
      if (past.length > 2 * kept) past.splice(0, past.length - kept)
      for (const listener of [...listeners]) listener(event)
    },
    listen(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    after(from) {
      if (from > seq) return null
      if (from === seq) return []
      const first = past[0]
      if (!first || first.seq > from + 1) return null
      return past.slice(from + 1 - first.seq)
    },
  }
}
