// Thinning of long series to what a screen can show, after smoothing: no spike is lost, because each bucket keeps its extremes.

/**
 * The positions to draw, ascending: of each of `buckets` slices of the axis the first, last, lowest and highest of every column.
 * `xs` ascends. All positions when there are few.
 */
export function keptPositions(
  xs: readonly number[],
  columns: readonly (readonly (number | null)[])[],
  buckets: number,
): number[] {
  const all = () => xs.map((_, i) => i)
  const first = xs[0]
  const last = xs.at(-1)
  if (first === undefined || last === undefined || xs.length <= 4 * buckets || last === first) return all()
  const kept = new Set<number>()
  const bucketOf = (i: number) =>
    Math.min(buckets - 1, Math.floor((((xs[i] ?? first) - first) / (last - first)) * buckets))
  let start = 0
  for (let i = 1; i <= xs.length; i++) {
    if (i < xs.length && bucketOf(i) === bucketOf(start)) continue
    kept.add(start).add(i - 1)
    for (const column of columns) keepExtremes(column, start, i, kept)
    start = i
  }
  return [...kept].sort((a, b) => a - b)
}

function keepExtremes(column: readonly (number | null)[], start: number, end: number, kept: Set<number>): void {
  let low = -1
  let high = -1
  for (let i = start; i < end; i++) {
    const value = column[i] ?? null
    if (value === null) continue
    if (low < 0 || value < (column[low] ?? Infinity)) low = i
    if (high < 0 || value > (column[high] ?? -Infinity)) high = i
  }
  if (low >= 0) kept.add(low).add(high)
}
