// The annotator's desk: the pair in front, the next one ready behind it, verdicts given at once and stored in order.
import { problemOf, type Client, type PairDetail, type PairId, type Problem, type SetId, type Verdict } from '#contract'
import { complain, tell } from '../../notices.svelte.ts'

export type Queue = 'unlabelled' | 'skipped' | 'all'
export type Given = { pair: PairDetail; verdict: Verdict; strength: 1 | 2; edited: string | null }

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
  let ahead: { after: PairId; answer: Promise<PairDetail | null>; ready?: PairDetail | null } | null = null
  /** Labels are stored one after the other, so that undo takes back what was said last. */
  let stored: Promise<unknown> = Promise.resolve()
  let turn = 0

  const next = (after: PairId | null) => client.ask('labels.next', { set, queue, after })

  function lookAhead(after: PairId): NonNullable<typeof ahead> {
    const mine: NonNullable<typeof ahead> = { after, answer: next(after) }
    mine.answer.then(
      (found) => (mine.ready = found),
      () => {}, // told when it is needed
    )
    return (ahead = mine)
  }

  function show(shown: PairDetail): void {
    turn++
    pair = shown
    state = 'ready'
    problem = null
    lookAhead(shown.id)
  }

  /** Shows what comes after a pair: at once when it is ready behind it. */
  async function advance(after: PairId): Promise<void> {
    const behind = ahead?.after === after ? ahead : lookAhead(after)
    if (behind.ready) return show(behind.ready)
    const mine = ++turn
    state = 'reading'
    try {
      let found = await behind.answer
      if (found === null && queue === 'unlabelled') {
        // Some before this one may be left; what was just labelled must be stored before asking.
        await stored
        found = await next(null)
      }
      if (mine !== turn) return
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
        show(mine.pair)
      })
      void advance(mine.pair.id)
    },
    undo() {
      inOrder(() => client.ask('labels.undo', { set })).then((back) => {
        if (!back) return tell('There is nothing left to undo.')
        last = null
        given = Math.max(0, given - 1)
        show(back)
      }, complain)
    },
    redo() {
      inOrder(() => client.ask('labels.redo', { set })).then((again) => {
        if (!again) return tell('There is nothing to redo.')
        const event = again.history.findLast(({ undone }) => !undone)
        if (event) last = { pair: again, verdict: event.verdict, strength: event.strength, edited: event.edited }
        given++
        void advance(again.id)
      }, complain)
    },
    async open(wanted) {
      const mine = ++turn
      state = 'reading'
      try {
        const named = wanted === null ? null : await client.ask('pairs.show', { pair: wanted }).catch(() => null)
        const found = named?.set === set ? named : await next(null)
        if (mine !== turn) return
        if (found) show(found)
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
