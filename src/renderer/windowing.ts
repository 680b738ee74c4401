// Which rows of a very long list are drawn and which pages of it are read. Pure arithmetic over fixed row heights.

export type Slice = { first: number; end: number }

/** The rows [first, end) that show, with `spare` more on each side. Heights in pixels. */
export function rowsInView(scroll: number, height: number, row: number, total: number, spare = 8): Slice {
  const first = Math.floor(Math.max(0, scroll) / row) - spare
  const end = Math.ceil((Math.max(0, scroll) + height) / row) + spare
  return { first: Math.max(0, Math.min(first, total)), end: Math.max(0, Math.min(end, total)) }
}

/** The numbers of the pages that rows [first, end) lie on. */
export function pagesOf({ first, end }: Slice, size: number): number[] {
  if (end <= first) return []
  const from = Math.floor(first / size)
  return Array.from({ length: Math.floor((end - 1) / size) - from + 1 }, (_, i) => from + i)
}

/** How far to scroll so that a row shows whole: as little as will do. */
export function scrollTo(index: number, scroll: number, height: number, row: number): number {
  if (index * row < scroll) return index * row
  if ((index + 1) * row > scroll + height) return (index + 1) * row - height
  return scroll
}
