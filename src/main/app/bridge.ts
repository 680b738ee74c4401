// The app's end of the bridge, the same for every shell: answers commands, and tells who missed events what they were.
import { randomUUID } from 'node:crypto'
import { problemOf, type Answer, type CatchUp } from '#contract'
import type { Board } from './board.ts'
import type { Ask } from './door.ts'

export interface AppBridge {
  /** Never rejects: a refusal is an answer. */
  ask(name: unknown, input: unknown): Promise<Answer>
  /** Events after `seq` of the board named `known`; none when that was another life of the app or they are no longer kept. */
  after(known: unknown, seq: unknown): CatchUp
}

export function appBridge(app: { ask: Ask; board: Board }): AppBridge {
  const board = randomUUID()
  return {
    async ask(name, input) {
      try {
        return { out: await app.ask(String(name), input) }
      } catch (thrown) {
        return { problem: problemOf(thrown) }
      }
    },
    after: (known, seq) => ({
      board,
      seq: app.board.seq,
      events: known === board ? app.board.after(Number(seq)) : null,
    }),
  }
}
