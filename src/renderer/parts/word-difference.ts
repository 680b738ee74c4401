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
    tidied(
      changes
        .filter((change) => !change[leftOut])
        .map(({ value, added, removed }) => ({ text: value, differs: Boolean(added || removed) })),
    )
  return { first: side('added'), second: side('removed') }
}

/** Marks words, not gaps: no gap is marked at an edge, and a space between two marks joins them. The texts stay whole. */
function tidied(pieces: readonly Piece[]): Piece[] {
  const trimmed = pieces.flatMap(({ text, differs }): Piece[] => {
    if (!differs) return [{ text, differs }]
    const [, before = '', words = '', after = ''] = /^(\s*)(.*?)(\s*)$/s.exec(text) ?? []
    return [
      { text: before, differs: false },
      { text: words, differs: true },
      { text: after, differs: false },
    ]
  })
  const merged = joined(trimmed)
  return joined(
    merged.map((piece, i) => {
      const between = merged[i - 1]?.differs === true && merged[i + 1]?.differs === true
      return between && /^[^\S\n]+$/.test(piece.text) ? { ...piece, differs: true } : piece
    }),
  )
}

/** Neighbours of the same kind as one piece; empty ones are gone. */
function joined(pieces: readonly Piece[]): Piece[] {
  const all: Piece[] = []
  for (const { text, differs } of pieces) {
    const last = all.at(-1)
    if (text === '') continue
    if (last?.differs === differs) last.text += text
    else all.push({ text, differs })
  }
  return all
}
