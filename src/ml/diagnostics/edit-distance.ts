// How much of one response has to be changed to get the other.

/**
 * Levenshtein distance of two token sequences over the length of the longer one, 0 (the same) to 1 (nothing in common): fewest tokens put
 * in, taken out or replaced (Levenshtein 1966), as Pal et al. 2024 (arXiv 2402.13228) and Razin et al. 2024 tell similar pairs.
 * Two empty ones are the same. Takes time in the product of the lengths between the first and the last token that differ.
 */
export function normalisedEditDistance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const longest = Math.max(a.length, b.length)
  return longest === 0 ? 0 : editDistance(a, b) / longest
}

function editDistance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let first = 0
  let [endA, endB] = [a.length, b.length]
  while (first < endA && first < endB && a[first] === b[first]) first++
  while (endA > first && endB > first && a[endA - 1] === b[endB - 1]) {
    endA--
    endB--
  }
  const width = endB - first
  // row[j]: the distance of what of `a` was passed from the first j tokens of `b`.
  let row = Uint32Array.from({ length: width + 1 }, (_, j) => j)
  let next = new Uint32Array(width + 1)
  for (let i = first; i < endA; i++) {
    next[0] = i - first + 1
    for (let j = 1; j <= width; j++) {
      const replaced = row[j - 1]! + (a[i] === b[first + j - 1] ? 0 : 1)
      next[j] = Math.min(replaced, row[j]! + 1, next[j - 1]! + 1)
    }
    ;[row, next] = [next, row]
  }
  return row[width]!
}
