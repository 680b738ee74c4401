// Whether something can be seen: what is scrolled away, or in a hidden window, need not be drawn.

/** Calls `changed` with whether the element can be seen, first a moment from now; returns how to stop. */
export function watchSight(element: Element, changed: (inSight: boolean) => void): () => void {
  let scrolledIn = false
  const tell = () => changed(scrolledIn && !document.hidden)
  const observer = new IntersectionObserver((entries) => {
    scrolledIn = entries.at(-1)?.isIntersecting ?? false
    tell()
  })
  observer.observe(element)
  document.addEventListener('visibilitychange', tell)
  return () => {
    observer.disconnect()
    document.removeEventListener('visibilitychange', tell)
  }
}
