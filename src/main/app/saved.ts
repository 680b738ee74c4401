// When the store was last saved, told to the window calmly: at most once a second.
import type { Board } from './board.ts'

export interface Saved {
  /** Takes the time of a commit, ISO 8601. */
  tell(at: string): void
  last(): string | null
  close(): void
}

/** Milliseconds between two tellings. */
const CALM = 1000

export function openSaved(board: Board): Saved {
  let newest: string | null = null
  let waiting: NodeJS.Timeout | null = null
  return {
    tell(at) {
      newest = at
      waiting ??= setTimeout(() => {
        waiting = null
        if (newest) board.publish('app.saved', { lastSaved: newest })
      }, CALM).unref()
    },
    last: () => newest,
    close: () => void (waiting && clearTimeout(waiting)),
  }
}
