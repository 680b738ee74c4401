// How long a text is, counted in words, characters, lines and sentences, each in one pass.

/** Runs between white space that hold a letter or a digit: "don't" and "well-known" are one word each, "-" is none. */
export function wordCount(text: string): number {
  return text.split(/\s+/).filter((run) => /[\p{L}\p{N}]/u.test(run)).length
}

/** Unicode characters (code points), white space included. */
export function characterCount(text: string): number {
  let count = 0
  for (const _ of text) count++
  return count
}

/** Lines that are not blank. */
export function lineCount(text: string): number {
  return text.split('\n').filter((line) => line.trim() !== '').length
}

// Words whose full stop ends no sentence.
const abbreviations = new Set(
  'mr mrs ms dr prof st jr sr vs etc e.g i.e inc ltd u.s u.k a.m p.m approx dept'.split(' '),
)

/**
 * Sentences: parts that end in . ! ? or … before white space, and what remains after the last such end. A known abbreviation, an
 * initial (J. Smith) and a number at the start of a line (1.) end none. A line end alone ends none.
 */
export function sentenceCount(text: string): number {
  let count = 0
  let open = false
  for (const line of text.split('\n'))
    for (const [at, run] of line.trim().split(/\s+/).entries()) {
      if (at === 0 && /^\d{1,3}\.$/.test(run)) continue
      open ||= /[\p{L}\p{N}]/u.test(run)
      if (!open || !endsSentence(run)) continue
      count++
      open = false
    }
  return count + (open ? 1 : 0)
}

function endsSentence(run: string): boolean {
  let end = run.length
  while (end > 0 && `"'”’)]}*_»`.includes(run[end - 1]!)) end--
  const last = run[end - 1]
  if (last !== '.') return last !== undefined && '!?…。！？'.includes(last)
  const word = run.slice(Math.max(0, end - 12), end - 1).replace(/^["'“‘(*_[]{1,12}/, '')
  return !abbreviations.has(word.toLowerCase()) && !/^[A-HJ-Z]$/.test(word)
}
