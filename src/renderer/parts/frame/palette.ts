// What the palette finds: every word that was typed must begin a word of the entry's name, or lie inside it.

export type Entry = { id: string; label: string; group: string; keys?: string; run: () => unknown }

/** The entries that match, best first: words that begin a word count more than words inside one; else in the order given. */
export function found(entries: readonly Entry[], typed: string, limit = 50): Entry[] {
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean)
  if (words.length === 0) return entries.slice(0, limit)
  return entries
    .flatMap((entry) => {
      const rank = rankOf(`${entry.label} ${entry.group}`.toLowerCase(), words)
      return rank === null ? [] : [{ entry, rank }]
    })
    .sort((a, b) => b.rank - a.rank)
    .slice(0, limit)
    .map(({ entry }) => entry)
}

function rankOf(name: string, words: readonly string[]): number | null {
  let rank = 0
  for (const word of words) {
    const at = name.indexOf(word)
    if (at < 0) return null
    rank += at === 0 ? 3 : name.includes(` ${word}`) ? 2 : 1
  }
  return rank
}
