// Two lists of the same things, one newer than the other, as one.

/** Both lists, the later one over the earlier where their keys are the same; places are kept, new things come last. */
export function merged<T>(earlier: readonly T[], later: readonly T[], key: (item: T) => string): T[] {
  const byKey = new Map(earlier.map((item) => [key(item), item]))
  for (const item of later) byKey.set(key(item), item)
  return [...byKey.values()]
}
