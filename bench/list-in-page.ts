// What measures do inside the window's page: Playwright sends each function there as text, so each stands alone.

export type Scrolled = {
  /** Milliseconds between two frames. */
  frames: number[]
  /** Frames in which a row in view was still to come. */
  waiting: number
  /** Milliseconds from the last frame to the first in which all rows were there. */
  settled: number
}

/** Scrolls the list of pairs from its top by so many pixels in each of so many frames. */
export async function scrollList({ pixels, count }: { pixels: number; count: number }): Promise<Scrolled> {
  const list = document.querySelector<HTMLElement>('[role=listbox][aria-label=Pairs]')
  if (!list) throw new Error('There is no list of pairs.')
  const frame = () => new Promise<number>((resolve) => requestAnimationFrame(resolve))
  const { top, bottom } = list.getBoundingClientRect()
  const isInView = (row: Element) => {
    const place = row.getBoundingClientRect()
    return place.bottom > top && place.top < bottom
  }
  const isWaiting = () => [...list.querySelectorAll('.coming')].some(isInView)
  list.scrollTop = 0
  for (let quiet = 0; quiet < 30;) quiet = (await frame()) && isWaiting() ? 0 : quiet + 1
  const frames: number[] = []
  let waiting = 0
  for (let last = await frame(); frames.length < count;) {
    list.scrollTop += pixels
    const now = await frame()
    frames.push(now - last)
    last = now
    if (isWaiting()) waiting++
  }
  if (list.scrollTop < pixels * count) throw new Error('The list did not scroll.')
  const from = performance.now()
  while (isWaiting()) await frame()
  return { frames, waiting, settled: performance.now() - from }
}

/** Types a text into the search box at once; milliseconds until its number of pairs and its first rows are drawn. */
export async function searchList(text: string): Promise<number> {
  const box = document.querySelector<HTMLInputElement>('input[type=search]')
  const list = document.querySelector<HTMLElement>('[role=listbox][aria-label=Pairs]')
  if (!box || !list) throw new Error('There is no list of pairs.')
  const told = () => [...document.querySelectorAll('[role=status]')].map((one) => one.textContent?.trim()).join()
  const before = told()
  const from = performance.now()
  box.value = text
  box.dispatchEvent(new Event('input', { bubbles: true }))
  const frame = () => new Promise<number>((resolve) => requestAnimationFrame(resolve))
  for (const late = from + 20_000; ;) {
    const now = await frame()
    if (told() !== before && list.querySelector('[role=option]') && !list.querySelector('.coming')) return now - from
    if (now > late) throw new Error(`The search for '${text}' showed nothing new in 20 seconds.`)
  }
}
