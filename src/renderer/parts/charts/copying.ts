// A chart out of the window: as SVG, PNG or CSV, to the clipboard where the browser lets us, else as a file.

export type Copied = 'copied' | 'saved'

/** Resolved styles that make an SVG look the same without the page's style sheet. */
const styles = [
  'fill',
  'fill-opacity',
  'stroke',
  'stroke-width',
  'stroke-dasharray',
  'stroke-linecap',
  'opacity',
  'font-family',
  'font-size',
  'font-weight',
  'text-anchor',
  'paint-order',
]

/** An SVG on the page as text that stands alone: styles written out, colours resolved, parts for the pointer left out. */
export function standaloneSvg(svg: SVGSVGElement, colour: (css: string) => string): string {
  const copy = svg.cloneNode(true) as SVGSVGElement
  const originals = [svg, ...svg.querySelectorAll<SVGElement>('*')]
  const copies = [copy, ...copy.querySelectorAll<SVGElement>('*')]
  copies.forEach((element, i) => {
    const original = originals[i]
    if (!original) return
    const computed = getComputedStyle(original)
    element.removeAttribute('class')
    for (const name of styles) {
      const value = computed.getPropertyValue(name)
      if (!value || (value === 'none' && name === 'stroke-dasharray')) continue
      const isColour = (name === 'fill' || name === 'stroke') && value !== 'none'
      element.setAttribute(name, isColour ? colour(value) : value)
    }
  })
  for (const element of copy.querySelectorAll('[data-screen-only]')) element.remove()
  const { width, height } = svg.getBoundingClientRect()
  copy.setAttribute('xmlns', 'http://www.w3.org/2000/svg')
  copy.setAttribute('width', String(width))
  copy.setAttribute('height', String(height))
  const ground = document.createElementNS('http://www.w3.org/2000/svg', 'rect')
  for (const [name, value] of Object.entries({ width: '100%', height: '100%', fill: colour('var(--ground)') }))
    ground.setAttribute(name, value)
  copy.prepend(ground)
  return new XMLSerializer().serializeToString(copy)
}

/** SVG text as a PNG, `scale` pixels to a point. */
export async function pngOf(svg: string, scale = 2): Promise<Blob> {
  const image = new Image()
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`
  await image.decode()
  const canvas = document.createElement('canvas')
  canvas.width = image.naturalWidth * scale
  canvas.height = image.naturalHeight * scale
  canvas.getContext('2d')?.drawImage(image, 0, 0, canvas.width, canvas.height)
  return new Promise((done, failed) =>
    canvas.toBlob((blob) => (blob ? done(blob) : failed(new Error('The picture could not be drawn.'))), 'image/png'),
  )
}

/** Puts text or a picture on the clipboard; where that is refused, saves it as a file of that name. */
export async function copyOut(content: string | Blob, name: string): Promise<Copied> {
  try {
    if (typeof content === 'string') await navigator.clipboard.writeText(content)
    else await navigator.clipboard.write([new ClipboardItem({ [content.type]: content })])
    return 'copied'
  } catch {
    const link = document.createElement('a')
    link.href = URL.createObjectURL(typeof content === 'string' ? new Blob([content]) : content)
    link.download = name
    link.click()
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000)
    return 'saved'
  }
}
