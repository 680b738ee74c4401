// Where a canvas or a copied picture gets its colours: the tokens' variables, resolved by the browser, told again when the theme changes.

/** Resolves a CSS colour, variables and all, to `rgb(…)` or `rgba(…)`, which every canvas and drawing program reads. */
export function resolvedColours(within: Element): (css: string) => string {
  const known = new Map<string, string>()
  const probe = document.createElement('span')
  probe.hidden = true
  const dot = document.createElement('canvas').getContext('2d', { willReadFrequently: true })
  return (css) => {
    const before = known.get(css)
    if (before !== undefined || !dot) return before ?? css
    probe.style.color = css
    within.append(probe)
    dot.clearRect(0, 0, 1, 1)
    dot.fillStyle = getComputedStyle(probe).color
    probe.remove()
    dot.fillRect(0, 0, 1, 1)
    const [red = 0, green = 0, blue = 0, alpha = 0] = dot.getImageData(0, 0, 1, 1).data
    const colour =
      alpha === 255 ? `rgb(${red}, ${green}, ${blue})` : `rgba(${red}, ${green}, ${blue}, ${(alpha / 255).toFixed(3)})`
    known.set(css, colour)
    return colour
  }
}

/** A series colour as text: nearer to the ink, so that it reads on the ground in light and dark. */
export function inkOf(css: string): string {
  return `color-mix(in oklab, ${css} 68%, var(--ink))`
}

/** Calls `changed` when light and dark may have been swapped; returns how to stop. */
export function onTheme(changed: () => void): () => void {
  const dark = matchMedia('(prefers-color-scheme: dark)')
  const attributes = new MutationObserver(changed)
  attributes.observe(document.documentElement, { attributes: true })
  dark.addEventListener('change', changed)
  return () => {
    attributes.disconnect()
    dark.removeEventListener('change', changed)
  }
}
