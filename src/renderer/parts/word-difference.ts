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

/** Marks words, not gaps: no space is marked at an edge, and one between two marked words is. The texts stay whole. */
function tidied(pieces: readonly Piece[]): Piece[] {
  const tidy: Piece[] = []
  const add = (text: string, differs: boolean) => {
    const last = tidy.at(-1)
    if (text === '') return
    if (last?.differs === differs) last.text += text
    else tidy.push({ text, differs })
  }
  pieces.forEach(({ text, differs }, i) => {
    const between = /^[^\S\n]+$/.test(text) && pieces[i - 1]?.differs === true && pieces[i + 1]?.differs === true
    if (!differs) return add(text, between)
    const [, before = '', words = '', after = ''] = /^(\s*)(.*?)(\s*)$/s.exec(text) ?? []
    add(before, false)
    add(words, true)
    add(after, false)
  })
  return tidy
}
