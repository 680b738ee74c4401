// A list that is one stop of the tab key: arrows go from item to item, Home and End to its ends.

/** On (1) or back (-1), of a list that may lie or stand; 0 of a key that is no arrow. */
export function arrowWay({ key }: Pick<KeyboardEvent, 'key'>): 1 | -1 | 0 {
  if (key === 'ArrowRight' || key === 'ArrowDown') return 1
  return key === 'ArrowLeft' || key === 'ArrowUp' ? -1 : 0
}

/** The item that a key leads to from `now`, or null where it is no such key. */
export function arrowStep(event: Pick<KeyboardEvent, 'key'>, now: number, items: number): number | null {
  if (items === 0) return null
  if (event.key === 'Home') return 0
  if (event.key === 'End') return items - 1
  const by = arrowWay(event)
  return by === 0 ? null : Math.max(0, Math.min(items - 1, now + by))
}
