// Something read from the app: its value, or why it could not be read, and how to read it again.
import { problemOf, type Problem } from '#contract'

export interface Resource<T> {
  /** The newest value; stays while it is read again. Null until it was read once. */
  readonly value: T | null
  readonly problem: Problem | null
  readonly loading: boolean
  reload(): Promise<void>
  /** Puts in a value that arrived another way: an event, an answer. */
  set(value: T): void
}

/** Reads nothing until `reload` is called. An answer that a later call or `set` overtook is dropped. */
export function resource<T>(read: () => Promise<T>): Resource<T> {
  let value = $state.raw<T | null>(null)
  let problem = $state.raw<Problem | null>(null)
  let loading = $state(false)
  let turn = 0
  return {
    get value() {
      return value
    },
    get problem() {
      return problem
    },
    get loading() {
      return loading
    },
    async reload() {
      const mine = ++turn
      loading = true
      try {
        const answer = await read()
        if (mine !== turn) return
        value = answer
        problem = null
      } catch (thrown) {
        if (mine === turn) problem = problemOf(thrown)
      } finally {
        if (mine === turn) loading = false
      }
    },
    set(given) {
      turn++
      value = given
      problem = null
      loading = false
    },
  }
}
