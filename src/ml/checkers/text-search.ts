// Literal searching: a keyword from data is a string of characters, never a pattern.

const wordCharacter = /[\p{L}\p{M}\p{N}_]/u

export type SearchOptions = {
  /** The keyword does not begin or end inside a word. */
  wholeWords: boolean
  matchCase: boolean
}

/** How often a keyword of at least one character stands in a text, occurrences not overlapping. */
export function occurrences(text: string, keyword: string, { wholeWords, matchCase }: SearchOptions): number {
  const [inside, wanted] = matchCase ? [text, keyword] : [text.toLowerCase(), keyword.toLowerCase()]
  let count = 0
  for (let at = inside.indexOf(wanted); at >= 0 && wanted !== '';) {
    const counts = !wholeWords || (parted(inside, at) && parted(inside, at + wanted.length))
    if (counts) count++
    at = inside.indexOf(wanted, at + (counts ? wanted.length : 1))
  }
  return count
}

/** Whether no word goes on across this place. */
function parted(text: string, at: number): boolean {
  return !(wordCharacter.test(characterBefore(text, at)) && wordCharacter.test(characterAt(text, at)))
}

function characterAt(text: string, at: number): string {
  return at < text.length ? String.fromCodePoint(text.codePointAt(at)!) : ''
}

/** With both halves of a surrogate pair, without which the letter would not be known as one. */
function characterBefore(text: string, at: number): string {
  const half = text.slice(Math.max(0, at - 1), at)
  return /[\uDC00-\uDFFF]/.test(half) ? text.slice(Math.max(0, at - 2), at) : half
}

/** The text without the given characters at its start and at its end. */
export function stripped(text: string, start: string, end = start): string {
  let [from, to] = [0, text.length]
  while (from < to && start.includes(text[from]!)) from++
  while (to > from && end.includes(text[to - 1]!)) to--
  return text.slice(from, to)
}
