// Where two answers differ, word by word. The difference is Myers' (npm diff); this only sorts it to the two sides.
import { diffWordsWithSpace } from 'diff'

export type Piece = { text: string; differs: boolean }

/** Longest search for a difference, milliseconds: very unlike texts would stop the window. */
const PATIENCE = 150

/** The pieces of both texts in order, each text whole. Null when they are too unlike to compare in time. */
export function wordDifference(first: string, second: string): { first: Piece[]; second: Piece[] } | null {
  const changes = diffWordsWithSpace(first, second, { timeout: PATIENCE })
  if (!changes) return null
  const side = (leftOut: 'added' | 'removed') =>
    changes
      .filter((change) => !change[leftOut])
      .map(({ value, added, removed }) => ({ text: value, differs: Boolean(added || removed) }))
  return { first: side('added'), second: side('removed') }
}
