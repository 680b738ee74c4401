// What just happened, said once at the foot of the window and to screen readers: plain news for a while, problems until closed.
import { problemLine, problemOf } from '#contract'

export type Notice = {
  id: number
  text: string
  kind: 'news' | 'problem'
  action?: { label: string; run: () => unknown }
}

/** How long plain news stays, milliseconds. */
const STAY = 6000

let list = $state.raw<readonly Notice[]>([])
let last = 0

export const notices = {
  /** At most the newest three. */
  get list(): readonly Notice[] {
    return list
  },
  close(id: number): void {
    list = list.filter((notice) => notice.id !== id)
  },
}

/** Tells news, with one thing that can be done about it. */
export function tell(text: string, action?: Notice['action']): void {
  const id = add({ text, kind: 'news', action })
  setTimeout(() => notices.close(id), STAY)
}

/** Tells what went wrong, as one plain line. */
export function complain(thrown: unknown): void {
  const text = problemLine(problemOf(thrown))
  // The same complaint twice is one complaint.
  list = list.filter((notice) => notice.text !== text)
  add({ text, kind: 'problem' })
}

function add(notice: Omit<Notice, 'id'>): number {
  const id = ++last
  list = [...list, { id, ...notice }].slice(-3)
  return id
}
