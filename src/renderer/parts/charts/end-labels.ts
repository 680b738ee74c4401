// Places for the names at the ends of lines: each as near to its line as it can be, none over another.

/**
 * Positions for labels that want to be at `wanted`, at least `gap` apart, inside [top, bottom] where that fits, order kept.
 * Least squares: with i gaps taken off it is an isotonic regression, solved by pooling neighbours that collide.
 */
export function spreadLabels(
  wanted: readonly number[],
  gap: number,
  [top, bottom]: readonly [number, number],
): number[] {
  const order = wanted.map((_, i) => i).sort((a, b) => (wanted[a] ?? 0) - (wanted[b] ?? 0))
  const pools: { sum: number; count: number }[] = []
  order.forEach((index, rank) => {
    let pool = { sum: (wanted[index] ?? 0) - rank * gap, count: 1 }
    for (let last = pools.at(-1); last && last.sum / last.count > pool.sum / pool.count; last = pools.at(-1)) {
      pool = { sum: last.sum + pool.sum, count: last.count + pool.count }
      pools.pop()
    }
    pools.push(pool)
  })
  const highest = Math.max(top, bottom - (wanted.length - 1) * gap)
  const flat = pools.flatMap(({ sum, count }) =>
    Array.from({ length: count }, () => Math.min(highest, Math.max(top, sum / count))),
  )
  const places: number[] = []
  order.forEach((index, rank) => (places[index] = (flat[rank] ?? 0) + rank * gap))
  return places
}

/** Items in groups, by where they lie on a line: neighbours in a group are at most `near` apart. */
export function clustered<T>(items: readonly T[], at: (item: T) => number, near: number): T[][] {
  const groups: T[][] = []
  let last = -Infinity
  for (const item of items.toSorted((a, b) => at(a) - at(b))) {
    if (at(item) - last > near) groups.push([])
    groups.at(-1)?.push(item)
    last = at(item)
  }
  return groups
}
