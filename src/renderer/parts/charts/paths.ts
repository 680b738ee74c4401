// SVG paths of lines and bands. A null is a gap.

const place = (value: number) => String(Math.round(value * 100) / 100)

/** `M…L…` through the points, broken at gaps; a lone point becomes a line of no length, which a round cap shows as a dot. */
export function linePath(xs: readonly number[], ys: readonly (number | null)[]): string {
  let path = ''
  let open = false
  ys.forEach((y, i) => {
    const x = xs[i]
    if (y === null || x === undefined || !Number.isFinite(y)) return void (open = false)
    const alone = !open && (ys[i + 1] ?? null) === null
    path += `${open ? 'L' : 'M'}${place(x)} ${place(y)}${alone ? 'h0' : ''}`
    open = true
  })
  return path
}

/** A closed area between two lines, one for each unbroken stretch where both have values. */
export function bandPath(
  xs: readonly number[],
  low: readonly (number | null)[],
  high: readonly (number | null)[],
): string {
  const stretches: [x: number, low: number, high: number][][] = [[]]
  xs.forEach((x, i) => {
    const [bottom, top] = [low[i] ?? null, high[i] ?? null]
    if (bottom === null || top === null) return void stretches.push([])
    stretches.at(-1)?.push([x, bottom, top])
  })
  return stretches
    .filter((stretch) => stretch.length > 1)
    .map((stretch) => {
      const there = stretch.map(([x, , top]) => `${place(x)} ${place(top)}`)
      const back = stretch.toReversed().map(([x, bottom]) => `${place(x)} ${place(bottom)}`)
      return `M${[...there, ...back].join('L')}Z`
    })
    .join('')
}
