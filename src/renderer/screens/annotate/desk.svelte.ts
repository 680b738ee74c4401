// The annotator's desk: the pair in front, the next one ready behind it, verdicts given at once and stored in order.
import { problemOf, type Client, type PairDetail, type PairId, type Problem, type SetId, type Verdict } from '#contract'
import { complain, tell } from '../../notices.svelte.ts'

export type Queue = 'unlabelled' | 'skipped' | 'all'
export type Given = { pair: PairDetail; verdict: Verdict; strength: 1 | 2; edited: string | null }

/** Pairs read before they are needed. */
const AHEAD = 4

export interface Desk {
  readonly pair: PairDetail | null
  readonly state: 'reading' | 'ready' | 'done' | 'failed'
  readonly problem: Problem | null
  /** What was said last, to show and to take back. */
  readonly last: Given | null
  /** Verdicts of this sitting that stand. */
  readonly given: number
  give(verdict: Verdict, strength?: 1 | 2, edited?: string | null): void
  undo(): void
  redo(): void
  open(pair: PairId | null): Promise<void>
}

/** A desk for one queue of one set. Nothing is read before `open`. */
export function setDesk(client: Client, set: SetId, queue: Queue): Desk {
  let pair = $state.raw<PairDetail | null>(null)
  let state = $state<Desk['state']>('reading')
  let problem = $state.raw<Problem | null>(null)
  let last = $state.raw<Given | null>(null)
  let given = $state(0)
  /** What follows the pair in front, read before it is needed; null is the end of the queue. */
  let line: (PairDetail | null)[] = []
  let lineEnd: PairId | null = null
  /** Counts the lines: what was read for an earlier one is dropped. */
  let lineNumber = 0
  let filling: { line: number; done: Promise<void> } | null = null
  /** Labels are stored one after the other, so that undo takes back what was said last. */
  let stored: Promise<unknown> = Promise.resolve()
  let turn = 0

  const next = (after: PairId | null) => client.ask('labels.next', { set, queue, after })

  async function fill(mine: number): Promise<void> {
    while (mine === lineNumber && line.length < AHEAD && line.at(-1) !== null) {
      const found = await next(lineEnd)
      if (mine !== lineNumber) return
      line.push(found)
      lineEnd = found?.id ?? null
    }
  }

  /** Reads ahead, once at a time; rejects when that fails. */
  function readAhead(): Promise<void> {
    if (filling?.line !== lineNumber) {
      const mine = { line: lineNumber, done: fill(lineNumber).finally(() => filling === mine && (filling = null)) }
      filling = mine
    }
    return filling.done
  }

  /** Begins another line, after a pair or from the first. */
  function lineUp(after: PairId | null): void {
    lineNumber++
    line = []
    lineEnd = after
  }

  function show(shown: PairDetail): void {
    turn++
    pair = shown
    state = 'ready'
    problem = null
    readAhead().catch(() => {}) // told when it is needed
  }

  /** Shows a pair that stands outside the line, and lines up what follows it. */
  function showApart(shown: PairDetail): void {
    lineUp(shown.id)
    show(shown)
  }

  /** Shows the next of the line: at once when it was read ahead. */
  async function advance(): Promise<void> {
    const mine = ++turn
    try {
      if (line.length === 0) {
        state = 'reading'
        await readAhead()
        if (mine !== turn) return
      }
      let found = line.shift() ?? null
      if (found === null && queue === 'unlabelled') {
        // Some before this one may be left; what was just labelled must be stored before asking.
        state = 'reading'
        await stored
        found = await next(null)
        if (mine !== turn) return
        if (found) return showApart(found)
      }
      if (found) return show(found)
      pair = null
      state = 'done'
    } catch (thrown) {
      if (mine !== turn) return
      problem = problemOf(thrown)
      state = 'failed'
    }
  }

  /** Does one thing after all that were begun; resolves when it is done. */
  function inOrder<T>(work: () => Promise<T>): Promise<T> {
    const mine = stored.then(work)
    stored = mine.catch(() => {})
    return mine
  }

  return {
    get pair() {
      return pair
    },
    get state() {
      return state
    },
    get problem() {
      return problem
    },
    get last() {
      return last
    },
    get given() {
      return given
    },
    give(verdict, strength = 1, edited = null) {
      if (!pair || state !== 'ready') return
      const mine: Given = { pair, verdict, strength, edited }
      const before = last
      last = mine
      given++
      inOrder(() => client.ask('labels.add', { pair: mine.pair.id, verdict, strength, edited })).catch((thrown) => {
        complain(thrown)
        last = before
        given--
        showApart(mine.pair)
      })
      void advance()
    },
    undo() {
      inOrder(() => client.ask('labels.undo', { set })).then((back) => {
        if (!back) return tell('There is nothing left to undo.')
        last = null
        given = Math.max(0, given - 1)
        showApart(back)
      }, complain)
    },
    redo() {
      inOrder(() => client.ask('labels.redo', { set })).then((again) => {
        if (!again) return tell('There is nothing to redo.')
        const event = again.history.findLast(({ undone }) => !undone)
        if (event) last = { pair: again, verdict: event.verdict, strength: event.strength, edited: event.edited }
        given++
        lineUp(again.id)
        void advance()
      }, complain)
    },
    async open(wanted) {
      const mine = ++turn
      state = 'reading'
      try {
        const named = wanted === null ? null : await client.ask('pairs.show', { pair: wanted }).catch(() => null)
        const found = named?.set === set ? named : await next(null)
        if (mine !== turn) return
        if (found) showApart(found)
        else {
          pair = null
          state = 'done'
        }
      } catch (thrown) {
        if (mine !== turn) return
        problem = problemOf(thrown)
        state = 'failed'
      }
    },
  }
}
