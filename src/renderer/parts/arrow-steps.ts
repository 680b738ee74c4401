// A list that is one stop of the tab key: arrows go from item to item, Home and End to its ends.

/** The item that a key leads to from `now`, or null where it is no such key. */
export function arrowStep({ key }: Pick<KeyboardEvent, 'key'>, now: number, items: number): number | null {
  if (items === 0) return null
  switch (key) {
    case 'ArrowRight':
    case 'ArrowDown':
      return Math.min(items - 1, now + 1)
    case 'ArrowLeft':
    case 'ArrowUp':
      return Math.max(0, now - 1)
    case 'Home':
      return 0
    case 'End':
      return items - 1
    default:
      return null
  }
}
