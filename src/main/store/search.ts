// What a person typed into the search field, as a condition on pairs. FTS5 syntax: sqlite.org/fts5.html section 3.

export type Search = { condition: string; params: Record<string, string> }

/** Scripts without spaces between words: the index would take a whole sentence for one word. */
const unspaced =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u

/**
 * Every word must occur somewhere in prompt or responses; the last one may be a beginning
 * (of two letters at least). Words in double quotes must
 * follow each other. Text that the index cannot serve (signs only, or scripts without spaces) is looked for as it is.
 */
export function searchOf(text: string): Search {
  const phrases = unspaced.test(text) ? [] : phrasesOf(text)
  if (phrases.length === 0)
    return {
      condition: `EXISTS (SELECT 1 FROM texts t WHERE t.id IN (pairs.prompt, pairs.a, pairs.b) AND instr(t.body, :text))`,
      params: { text: text.trim() },
    }
  return {
    condition: 'id IN (SELECT rowid FROM pair_search WHERE pair_search MATCH :words)',
    params: { words: phrases.join(' ') },
  }
}

function phrasesOf(text: string): string[] {
  const parts = [...text.matchAll(/"([^"]*)"|[^\s"]+/g)].map(([whole, quoted]) => ({ whole, quoted }))
  return parts.flatMap(({ whole, quoted }, index) => {
    const words = (quoted ?? whole).replaceAll('\0', ' ').replaceAll('"', ' ')
    if (!/[\p{L}\p{N}]/u.test(words)) return []
    const isBeginning = quoted === undefined && index === parts.length - 1 && words.length > 1
    return [`"${words}"${isBeginning ? '*' : ''}`]
  })
}
